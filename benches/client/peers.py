"""The clients that people use in Python, as the bench asks them.

peers.py ask NAME PORT CALLS N    makes CALLS calls, N at a time, and prints its processor seconds; a tenth more goes before
peers.py idle NAME PORT N         makes N calls at once, says so, and keeps the connections until its input ends
NAME is requests (a session, threads) or aiohttp (a session, tasks). Exit status 3: there is no such module.
"""

import sys
import time


def with_requests(port, many):
    import threading

    import requests
    from requests.adapters import HTTPAdapter

    session = requests.Session()
    session.mount("http://", HTTPAdapter(pool_maxsize=many, pool_block=True))
    url = f"http://127.0.0.1:{port}/"

    def some(count):
        for _ in range(count):
            assert len(session.get(url).content) == 612

    def calls(count):
        threads = [threading.Thread(target=some, args=(count // many,)) for _ in range(many)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    return calls


def with_aiohttp(port, many):
    import asyncio

    import aiohttp

    loop = asyncio.new_event_loop()
    url = f"http://127.0.0.1:{port}/"

    async def made():
        return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=many))

    session = loop.run_until_complete(made())

    async def some(count):
        for _ in range(count):
            async with session.get(url) as answer:
                assert len(await answer.read()) == 612

    async def all_of_them(count):
        await asyncio.gather(*(some(count // many) for _ in range(many)))

    return lambda count: loop.run_until_complete(all_of_them(count))


def main(what, name, port, *numbers):
    made = {"requests": with_requests, "aiohttp": with_aiohttp}[name]
    many = int(numbers[-1])
    try:
        calls = made(int(port), many)
    except ImportError:
        sys.exit(3)
    if what == "idle":
        calls(many)
        print("idle", flush=True)
        sys.stdin.read()
        return
    count = int(numbers[0])
    calls(max(count // 10, many))
    before = time.process_time()
    calls(count)
    print(time.process_time() - before)


main(*sys.argv[1:])
