//! What does a look at the kernel's view of a connection cost, above the cheapest question to the same socket?
//!
//! The floor asks for `TCP_NODELAY`: a system call, the socket's lock, four bytes. A look copies some 280 bytes and takes
//! the lock for longer. Every call of netopt is looked at once or twice, a transfer ten times a second.

use std::hint::black_box;
use std::io;
use std::net::{TcpListener, TcpStream};

use criterion::Criterion;
use netopt_tcp::TcpInfo;
use socket2::SockRef;

fn main() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let client = TcpStream::connect(listener.local_addr()?)?;
    let (_server, _) = listener.accept()?;
    let mut criterion = Criterion::default().configure_from_args();
    look(&mut criterion, &client);
    criterion.final_summary();
    Ok(())
}

fn look(criterion: &mut Criterion, client: &TcpStream) {
    let mut group = criterion.benchmark_group("tcp_info");
    group.bench_function("floor_nodelay", |bencher| {
        let socket = SockRef::from(client);
        bencher.iter(|| black_box(socket.tcp_nodelay()));
    });
    group.bench_function("read", |bencher| {
        bencher.iter(|| black_box(TcpInfo::of(client)));
    });
    group.bench_function("since", |bencher| {
        let (early, late) = (TcpInfo::of(client), TcpInfo::of(client));
        let (Ok(early), Ok(late)) = (early, late) else {
            return;
        };
        bencher.iter(|| black_box(black_box(&late).since(black_box(&early))));
    });
    group.finish();
}
