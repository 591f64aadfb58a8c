import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The address that the client is registered with in portcullis.config.ts.
export default defineConfig({
  plugins: [react()],
  server: { host: 'localhost', port: 5174, strictPort: true },
});
