import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import tailwindcss from "@tailwindcss/vite";
import { defineConfig } from "vitest/config";
import { pdfData } from "./tools/pdf-data.ts";

const server = process.env.BASTIDE_URL ?? "http://127.0.0.1:4666";

export default defineConfig({
  plugins: [react(), tailwindcss(), pdfData()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    outDir: "../src/bastide/app/static",
    emptyOutDir: true,
    // The policy of the page forbids inline data in scripts and styles; files keep it simple.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    license: { fileName: "assets/licences.md" },
  },
  server: {
    port: 4667,
    proxy: { "/api": server, "/v1": server, "/health": server, "/ready": server },
  },
  test: {
    environment: "happy-dom",
    setupFiles: ["src/test-setup.ts"],
    restoreMocks: true,
  },
});
