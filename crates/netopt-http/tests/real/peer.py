# A server of Python's aiohttp that serves the paths of site.rs: HTTP/1.1, and the same over TLS.
# Its arguments are two ports.
import asyncio
import ssl
import sys

from aiohttp import web

PAGE = open("documents/page", "rb").read()


async def page(asked):
    part = asked.http_range
    body = PAGE[part]
    return web.Response(body=body, status=206 if "range" in asked.headers else 200)


async def none(_):
    return web.Response(status=204)


async def pieces(asked, answer, pause):
    await answer.prepare(asked)
    for at in range(0, len(PAGE), 512):
        await answer.write(PAGE[at : at + 512])
        await asyncio.sleep(pause)
    await answer.write_eof()
    return answer


async def streamed(asked):
    if asked.method == "HEAD":
        # A StreamResponse of this version sends the end of a body that must not be there.
        return web.Response()
    answer = web.StreamResponse()
    answer.enable_chunked_encoding()
    return await pieces(asked, answer, 0)


async def slow(asked):
    answer = web.StreamResponse(headers={"content-length": str(len(PAGE))})
    return await pieces(asked, answer, 0.06)


async def large_head(_):
    return web.Response(body=PAGE, headers={"x-large": "v" * 50_000})


async def main(clear, tls):
    app = web.Application()
    for path, handler in [
        ("/page", page),
        ("/none", none),
        ("/streamed", streamed),
        ("/slow", slow),
        ("/large-head", large_head),
    ]:
        app.router.add_get(path, handler)
    runner = web.AppRunner(app, keepalive_timeout=1)
    await runner.setup()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("certificate.pem", "key.pem")
    await web.TCPSite(runner, "127.0.0.1", clear).start()
    await web.TCPSite(runner, "127.0.0.1", tls, ssl_context=context).start()
    await asyncio.Event().wait()


asyncio.run(main(*map(int, sys.argv[1:])))
