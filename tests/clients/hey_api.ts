// One journey by a client made by @hey-api/openapi-ts.
import assert from "node:assert/strict";
import { client } from "./hey-api/client.gen.js";
import {
  confirmOrder,
  createLearner,
  createOrder,
  getLearner,
  listRegistrations,
  setOrderCourseDates,
} from "./hey-api/sdk.gen.js";
import type { Learner } from "./hey-api/types.gen.js";

const { SERVICE, TOKEN } = process.env;
client.setConfig({ baseUrl: SERVICE ?? "", auth: () => TOKEN ?? "" });
const PRODUCT = "Q-0005001227";

const made = await createLearner({
  body: { given_name: "Ada", family_name: "Heyapi", date_of_birth: "2006-03-27", uln: "" },
});
const learner: Learner | undefined = made.data;
assert(learner, JSON.stringify(made.error));
const path = { learner: learner.learner };
assert.equal((await getLearner({ path })).data?.family_name, "Heyapi");

const begun = await createOrder({
  body: { products: [PRODUCT], learners: [{ product: PRODUCT, learners: [path] }] },
});
assert(begun.data, JSON.stringify(begun.error));
const of = { order: begun.data.order };
const dated = await setOrderCourseDates({
  path: of,
  headers: { "If-Match": begun.response?.headers.get("ETag") ?? "" },
  body: { dates: [{ starts: "2026-09-01", ends: "2027-07-16" }] },
});
assert(dated.data?.total, JSON.stringify(dated.error));
const confirmed = await confirmOrder({
  path: of,
  headers: { "Idempotency-Key": "hey-api" },
  body: { total: dated.data.total },
});
assert.equal(confirmed.data?.state, "Confirmed", JSON.stringify(confirmed.error));

const listed = await listRegistrations({
  query: { learner: learner.learner },
  headers: { "Min-Position": Number(confirmed.response?.headers.get("Event-Position")) },
});
assert.deepEqual(listed.data?.items.map((each) => each.status), ["Active"]);

const refused = await getLearner({ path: { learner: "L-0000000000" } });
assert.equal(refused.error?.status, 404);
console.log("done");
