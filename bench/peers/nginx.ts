import { existsSync, mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, type Server, startServer } from '../machine/server.ts';

const PROGRAM = '/usr/sbin/nginx';

/** nginx with as many workers as fob has event loops for HTTP: one. It serves and takes files in a folder. */
export async function nginx(folder: string): Promise<Server> {
  if (!existsSync(PROGRAM)) {
    throw new Error(
      'the benchmark of buckets needs nginx: install it (on Debian and Ubuntu: sudo apt-get install nginx-light)',
    );
  }
  const port = await freePort();
  const root = join(folder, 'root');
  mkdirSync(root, { recursive: true });
  const configuration = `
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr warn;
${process.getuid?.() === 0 ? 'user root;' : ''}
events { worker_connections 1024; }
http {
  access_log off;
  sendfile on;
  client_max_body_size 100m;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  keepalive_requests 1000000;
  server {
    listen 127.0.0.1:${port};
    root ${root};
    location / { dav_methods PUT DELETE; create_full_put_path on; }
    location = /ready { return 200; }
  }
}
`;
  const file = join(folder, 'nginx.conf');
  await writeFile(file, configuration);
  return startServer({
    name: 'nginx',
    program: PROGRAM,
    parameters: ['-c', file, '-p', folder],
    port,
    readyPath: '/ready',
    logFile: join(folder, 'nginx.log'),
  });
}
