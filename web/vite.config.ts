import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** The pages come from the server that answers the API, with a policy that forbids inline code: so nothing is inlined. */
export default defineConfig({
  plugins: [react()],
  base: "/",
  build: {
    outDir: "../dist/web",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
  server: { proxy: { "/api": "http://127.0.0.1:7400" } },
});
