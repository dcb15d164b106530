// Asks a service the questions of files, by a client whose types are those of its /openapi.json.
import { readFileSync } from "node:fs";
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

type Points = components["schemas"]["TaggedAnswer.numbers"];

function said(points: Points): string {
  switch (points.kind) {
    case "exact":
      return points.value;
    case "range":
      return `${points.from ?? "?"} to ${points.to ?? "?"}`;
    case "unknown":
      return "not known";
  }
}

const [address, ...files] = process.argv.slice(2);
const client = createClient<paths>({ baseUrl: address });
for (const file of files) {
  const body = JSON.parse(readFileSync(file, "utf-8")) as components["schemas"]["Query"];
  const { data, error } = await client.POST("/v2/decisions", { body });
  if (error) throw new Error(`${file}: ${error.detail}`);
  for (const decision of data.decisions) {
    const points = decision.score ? `, ${said(decision.score.points)} points` : "";
    console.log(`${decision.rule}: ${decision.eligibility ?? decision.kind}${points}`);
  }
}
