import { cpSync, createReadStream, existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Plugin } from "vite";

const FOLDERS = ["cmaps", "standard_fonts", "wasm", "iccs"];
const ROOT = "/assets/pdf/";

/** Puts pdf.js's character maps, fonts and decoders below /assets/pdf/, where the viewer looks for them. */
export function pdfData(): Plugin {
  const source = resolve(import.meta.dirname, "../node_modules/pdfjs-dist");
  let target = "";
  return {
    name: "pdf-data",
    configResolved(config) {
      target = resolve(config.root, config.build.outDir, "assets/pdf");
    },
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const path = request.url?.split("?")[0] ?? "";
        const file = resolve(source, path.slice(ROOT.length));
        const known = FOLDERS.some((folder) => file.startsWith(resolve(source, folder)));
        if (!path.startsWith(ROOT) || !known || !existsSync(file)) {
          next();
          return;
        }
        if (file.endsWith(".wasm")) response.setHeader("content-type", "application/wasm");
        createReadStream(file).pipe(response);
      });
    },
    writeBundle() {
      for (const folder of FOLDERS) {
        cpSync(resolve(source, folder), resolve(target, folder), { recursive: true });
      }
    },
  };
}
