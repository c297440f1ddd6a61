//! Apache: HTTP/1.1, which says how long it keeps a connection, and HTTP/2 by `mod_http2`.

use std::net::SocketAddr;
use std::time::Duration;

use netopt_http::Tls;

use crate::certificate;
use crate::folder::Folder;
use crate::server::{Server, program};
use crate::site::{Site, page};

/// `mod_ratelimit` sends a piece five times a second.
const PAUSE: Duration = Duration::from_millis(200);

const MODULES: &[&str] = &[
    "mpm_event",
    "authz_core",
    "mime",
    "alias",
    "filter",
    "include",
    "env",
    "ratelimit",
    "socache_shmcb",
    "ssl",
    "http2",
];

/// A running one, and whom to trust. Its ports: HTTP/1.1, the same over TLS, HTTP/2.
async fn apache() -> (Server, Tls) {
    let folder = Folder::new();
    for name in ["page", "streamed.shtml", "slow"] {
        folder.write(&format!("documents/{name}"), &page());
    }
    let tls = certificate::make(&folder);
    let server = Server::start(folder, 3, |folder, ports| {
        folder.write("apache.conf", &configuration(folder, ports));
        let mut command = program("apache2");
        // One process in the foreground, so that nothing is left when it is ended.
        command
            .arg("-X")
            .arg("-f")
            .arg(folder.as_ref().join("apache.conf"));
        command
    });
    (server.await, tls)
}

fn configuration(folder: &Folder, ports: &[SocketAddr]) -> String {
    let [clear, tls, http2] = ports else {
        panic!("three ports")
    };
    let modules: String = MODULES
        .iter()
        .map(|name| format!("LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"))
        .collect();
    let root = folder.as_ref().display();
    format!(
        "ServerRoot {root}
ServerName localhost
PidFile apache.pid
DefaultRuntimeDir {root}
ErrorLog error.log
TypesConfig /dev/null
{modules}User nobody
Group nogroup
Listen {clear}
Listen {tls}
Listen {http2}
KeepAlive On
KeepAliveTimeout 1
H2StreamTimeout 5
DocumentRoot {root}/documents
<Directory {root}/documents>
    Require all granted
    Options +Includes
</Directory>
AddOutputFilter INCLUDES .shtml
AliasMatch ^/streamed$ {root}/documents/streamed.shtml
Redirect 204 /none
<Location /slow>
    SetOutputFilter RATE_LIMIT
    SetEnv rate-limit 2
</Location>
SSLCertificateFile {cert}
SSLCertificateKeyFile {key}
SSLSessionCache shmcb:{root}/sessions(512000)
<VirtualHost {tls}>
    SSLEngine on
    Protocols http/1.1
</VirtualHost>
<VirtualHost {http2}>
    SSLEngine on
    Protocols h2 http/1.1
</VirtualHost>
",
        cert = certificate::FILE,
        key = certificate::KEY,
    )
}

#[tokio::test]
async fn each_protocol_is_understood() {
    let (server, tls) = apache().await;
    for site in Site::all(&server, &tls) {
        site.understood(PAUSE).await;
        site.refuses_a_large_head().await;
    }
}

#[tokio::test]
async fn an_idle_connection_that_it_closes_fails_no_call() {
    let (server, tls) = apache().await;
    for site in Site::all(&server, &tls) {
        site.outlives_keep_alive().await;
    }
}

#[tokio::test]
async fn sessions_are_resumed() {
    let (server, tls) = apache().await;
    for site in &Site::all(&server, &tls)[1..] {
        site.resumes().await;
    }
}
