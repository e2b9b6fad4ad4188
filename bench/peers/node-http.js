import { createServer } from 'node:http';

const body = Buffer.from('{"result": 42}');
const headers = { 'content-type': 'application/json; charset=UTF-8', 'content-length': body.length };

createServer((_request, response) => {
  response.writeHead(200, headers);
  response.end(body);
}).listen(Number(process.argv[2]), '127.0.0.1');
