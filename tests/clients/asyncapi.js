// Says what AsyncAPI's own parser finds in a document, then whether it is valid.
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";

const { diagnostics, document } = await new Parser().parse(readFileSync(process.argv[2], "utf8"));
for (const each of diagnostics) console.log(each.code, each.message, each.path.join("."));
console.log(document ? "valid" : "invalid");
