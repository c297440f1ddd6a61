// A server of Node that serves the paths of site.rs: HTTP/1.1, the same over TLS, and HTTP/2 over TLS.
// Its arguments are three ports.
import { readFileSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';

const page = readFileSync('documents/page');
const identity = { key: readFileSync('key.pem'), cert: readFileSync('certificate.pem') };
const [clear, tls, h2] = process.argv.slice(2).map(Number);

async function pieces(answer, ms) {
  for (let at = 0; at < page.length; at += 512) {
    answer.write(page.subarray(at, at + 512));
    await pause(ms);
  }
}

async function serve(asked, answer) {
  const path = asked.url;
  asked.resume();
  if (path === '/none') {
    answer.writeHead(204);
  } else if (path === '/page') {
    const range = /^bytes=(\d+)-(\d+)$/.exec(asked.headers.range ?? '');
    const [from, to] = range ? [Number(range[1]), Number(range[2]) + 1] : [0, page.length];
    answer.writeHead(range ? 206 : 200, { 'content-length': to - from });
    answer.write(page.subarray(from, to));
  } else if (path === '/streamed') {
    answer.writeHead(200);
    await pieces(answer, 0);
  } else if (path === '/slow') {
    answer.writeHead(200, { 'content-length': page.length });
    await pieces(answer, 60);
  } else if (path === '/trailed') {
    answer.writeHead(200, { trailer: 'x-sum' });
    answer.addTrailers({ 'x-sum': '7' });
    answer.write(page);
  } else if (path === '/hints') {
    answer.writeEarlyHints({ link: '</style.css>; rel=preload' });
    if (answer.stream) {
      answer.stream.additionalHeaders({ ':status': 102 });
    } else {
      answer.writeProcessing();
    }
    answer.writeEarlyHints({ link: '</script.js>; rel=preload' });
    answer.writeHead(200, { 'content-length': page.length });
    answer.write(page);
  } else if (path === '/large-head') {
    answer.writeHead(200, { 'content-length': page.length, 'x-large': 'v'.repeat(50_000) });
    answer.write(page);
  } else {
    answer.writeHead(404);
    answer.write('nothing here\n');
  }
  answer.end();
}

const servers = [
  [http.createServer({ keepAliveTimeout: 1000 }, serve), clear],
  [https.createServer({ ...identity, keepAliveTimeout: 1000 }, serve), tls],
  [http2.createSecureServer({ ...identity, allowHTTP1: true }, serve), h2],
];
for (const [server, port] of servers) {
  server.listen(port, '127.0.0.1');
}
servers[2][0].setTimeout(1000);
