// Bundle what the pages load into static/built/. Run by script/bootstrap (`npm ci && node build.js` does the same by hand).
import { build } from "esbuild";

await build({
  entryPoints: { pages: "src/main.js" },
  outdir: "../static/built",
  bundle: true,
  format: "esm",
  target: ["es2022"],
  minify: true,
  legalComments: "eof",
  logLevel: "warning",
});
