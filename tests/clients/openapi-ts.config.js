export default {
  input: "../../docs/openapi.json",
  output: { path: "hey-api", importFileExtension: ".js" },
  plugins: ["@hey-api/typescript", "@hey-api/client-fetch", "@hey-api/sdk"],
};
