// One journey by a client made by openapi-typescript, with openapi-fetch.
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

const { SERVICE, TOKEN } = process.env;
const api = createClient<paths>({
  baseUrl: SERVICE ?? "",
  headers: { Authorization: `Bearer ${TOKEN}` },
});
const PRODUCT = "Q-0005001227";

const made = await api.POST("/api/v1/learners", {
  body: { given_name: "Ada", family_name: "Typescript", date_of_birth: "2006-03-27", uln: "" },
});
const learner: components["schemas"]["Learner"] | undefined = made.data;
assert(learner, JSON.stringify(made.error));

const at = { params: { path: { learner: learner.learner } } };
const seen = await api.GET("/api/v1/learners/{learner}", at);
assert.equal(seen.data?.family_name, "Typescript");
const tag = seen.response.headers.get("ETag") ?? "";
const params = { path: { learner: learner.learner }, header: { "If-None-Match": tag } };
assert.equal((await api.GET("/api/v1/learners/{learner}", { params })).response.status, 304);

const begun = await api.POST("/api/v1/orders", {
  body: { products: [PRODUCT], learners: [{ product: PRODUCT, learners: [{ learner: learner.learner }] }] },
});
const order = begun.data;
assert(order, JSON.stringify(begun.error));
const dated = await api.PUT("/api/v1/orders/{order}/course-dates", {
  params: {
    path: { order: order.order },
    header: { "If-Match": begun.response.headers.get("ETag") ?? "" },
  },
  body: { dates: [{ starts: "2026-09-01", ends: "2027-07-16" }] },
});
const total = dated.data?.total;
assert(total, JSON.stringify(dated.error));
const confirmed = await api.POST("/api/v1/orders/{order}/confirm", {
  params: { path: { order: order.order }, header: { "Idempotency-Key": "openapi-typescript" } },
  body: { total },
});
assert.equal(confirmed.data?.state, "Confirmed", JSON.stringify(confirmed.error));

const listed = await api.GET("/api/v1/registrations", {
  params: {
    query: { learner: learner.learner },
    header: { "Min-Position": Number(confirmed.response.headers.get("Event-Position")) },
  },
});
assert.deepEqual(listed.data?.items.map((each) => each.status), ["Active"]);

const refused = await api.GET("/api/v1/learners/{learner}", { params: { path: { learner: "L-0000000000" } } });
assert.equal(refused.error?.status, 404);
console.log("done");
