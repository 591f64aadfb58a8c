import { defineConfig } from 'vite';

// The address that the client is registered with in portcullis.config.ts.
export default defineConfig({ server: { host: 'localhost', port: 5173, strictPort: true } });
