import { defineConfig } from 'vite';

// The API process of a checkout, for `npm run dev` only.
const API = 'http://127.0.0.1:8080';

export default defineConfig({
  // Relative, so that the page works behind any prefix: what is loaded later is found beside the script that asks for it.
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../api/map/static',
    emptyOutDir: true,
    manifest: true,
    target: 'es2022',
    // No data: addresses; every file is one of ours, under one policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1100,
    rolldownOptions: {
      input: 'src/main.tsx',
      output: {
        entryFileNames: 'assets/[name]-[hash].js',
        chunkFileNames: 'assets/[name]-[hash].js',
        assetFileNames: 'assets/[name]-[hash][extname]',
      },
    },
  },
  server: {
    proxy: Object.fromEntries(
      ['search', 'aggregate', 'collections', 'children', 'licences', 'coverage', 'requests', 'me'].map((name) => [
        `^/${name}([/?]|$)`,
        { target: API },
      ]),
    ),
  },
});
