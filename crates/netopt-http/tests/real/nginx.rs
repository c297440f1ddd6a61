//! nginx: HTTP/1.1 and HTTP/2, static files, pages put together, a rate.

use std::time::Duration;

use netopt_http::Tls;

use crate::certificate;
use crate::folder::Folder;
use crate::server::{Server, program};
use crate::site::{Site, page};

/// What a rate of 4 kB/s makes of a page, roughly: it comes second by second.
const PAUSE: Duration = Duration::from_millis(200);

/// A running one, and whom to trust. Its ports: HTTP/1.1, the same over TLS, HTTP/2.
async fn nginx() -> (Server, Tls) {
    let folder = Folder::new();
    for name in ["page", "streamed", "slow"] {
        folder.write(&format!("documents/{name}"), &page());
    }
    folder.write("scratch/here", "");
    let tls = certificate::make(&folder);
    let server = Server::start(folder, 3, |folder, ports| {
        folder.write("nginx.conf", &configuration(ports));
        let mut command = program("nginx");
        command.arg("-p").arg(folder.as_ref());
        command.args(["-c", "nginx.conf", "-e", "error.log"]);
        command
    });
    (server.await, tls)
}

fn configuration(ports: &[std::net::SocketAddr]) -> String {
    let [clear, tls, http2] = ports else {
        panic!("three ports")
    };
    format!(
        "daemon off; master_process off; pid nginx.pid; error_log error.log notice;
events {{ worker_connections 256; }}
http {{
    client_body_temp_path scratch/body; proxy_temp_path scratch/proxy; fastcgi_temp_path scratch/fastcgi;
    uwsgi_temp_path scratch/uwsgi; scgi_temp_path scratch/scgi;
    access_log off; default_type text/plain; keepalive_timeout 1s; http2_idle_timeout 1s;
    server {{
        listen {clear}; listen {tls} ssl; listen {http2} ssl http2;
        ssl_certificate {cert}; ssl_certificate_key {key}; ssl_session_cache shared:tls:1m;
        root documents;
        location /none {{ return 204; }}
        location /streamed {{ ssi on; ssi_types *; }}
        location /slow {{ limit_rate 1k; }}
    }}
}}
",
        cert = certificate::FILE,
        key = certificate::KEY,
    )
}

#[tokio::test]
async fn each_protocol_is_understood() {
    let (server, tls) = nginx().await;
    for site in Site::all(&server, &tls) {
        site.understood(PAUSE).await;
        site.refuses_a_large_head().await;
    }
}

#[tokio::test]
async fn an_idle_connection_that_it_closes_fails_no_call() {
    let (server, tls) = nginx().await;
    for site in Site::all(&server, &tls) {
        site.outlives_keep_alive().await;
    }
}

#[tokio::test]
async fn sessions_are_resumed() {
    let (server, tls) = nginx().await;
    for site in &Site::all(&server, &tls)[1..] {
        site.resumes().await;
    }
}
