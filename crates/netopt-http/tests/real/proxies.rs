//! The proxies tinyproxy (HTTP) and microsocks (SOCKS5), with and without a password, in front of Node.

use netopt_core::change::Switch;
use netopt_core::outcome::{FailureKind, Side};
use netopt_core::phase::Phase;
use netopt_http::{Proxy, Tls};

use crate::folder::Folder;
use crate::node::node;
use crate::server::{Server, program};
use crate::site::Site;

const USER: &str = "me";
const PASSWORD: &str = "open-sesame";

async fn tinyproxy() -> Server {
    Server::start(Folder::new(), 1, |folder, ports| {
        let port = ports[0].port();
        let text = format!(
            "Port {port}\nListen 127.0.0.1\nTimeout 30\nMaxClients 20\nAllow 127.0.0.1\nBasicAuth {USER} {PASSWORD}\n"
        );
        folder.write("tinyproxy.conf", &text);
        let mut command = program("tinyproxy");
        command.args(["-d", "-c", "tinyproxy.conf"]);
        command
    })
    .await
}

async fn microsocks() -> Server {
    Server::start(Folder::new(), 1, |_, ports| {
        let mut command = program("microsocks");
        command.args(["-i", "127.0.0.1", "-p", &ports[0].port().to_string()]);
        command.args(["-u", USER, "-P", PASSWORD]);
        command
    })
    .await
}

fn through(proxy: &str, site: Site) -> Site {
    let mut site = site;
    site.config.proxy = Some(proxy.parse::<Proxy>().unwrap());
    site
}

/// By name, which the proxy looks up.
fn sites(server: &Server, tls: &Tls) -> [Site; 3] {
    let place = |index: usize| format!("localhost:{}", server.ports[index].port());
    [
        Site::clear(place(0)),
        Site::tls(place(1), tls),
        Site::http2(place(2), tls),
    ]
}

async fn goes_through(scheme: &str, proxy: &Server) {
    let (node, tls) = node().await;
    let proxy = format!("{scheme}://{USER}:{PASSWORD}@{}", proxy.ports[0]);
    for site in sites(&node, &tls) {
        let mut site = through(&proxy, site);
        // tinyproxy closes after each answer that it was asked for, and does not say so.
        let closes = scheme == "http" && !site.is_encrypted();
        if closes {
            site.config.pool.reuse = Switch::Off;
        }
        let client = site.client();
        for path in ["/page", "/streamed", "/slow", "/hints"] {
            site.page(&client, path).await;
        }
        let call = site.page(&site.client(), "/page").await;
        assert_eq!(call.timeline.span(Phase::Proxy).is_none(), closes);
        assert!(
            call.timeline.span(Phase::Dns).is_none(),
            "the name is the proxy's to look up"
        );
    }
}

/// Why a call by that proxy fails before it reaches the target.
async fn refusal(proxy: &str, site: Site) -> String {
    let site = through(proxy, site);
    let call = site.client().exchange(site.request("/page")).await;
    let failure = call.outcome.failure().unwrap();
    assert_eq!(
        (failure.kind, failure.phase),
        (FailureKind::Proxy, Phase::Proxy),
        "{failure:?}"
    );
    assert_eq!(failure.side(), Some(Side::Proxy));
    failure.message.clone()
}

#[tokio::test]
async fn tinyproxy_leads_to_everything() {
    goes_through("http", &tinyproxy().await).await;
}

#[tokio::test]
async fn microsocks_leads_to_everything() {
    goes_through("socks5", &microsocks().await).await;
}

#[tokio::test]
async fn who_does_not_know_the_password_is_told_so() {
    let (http, socks) = (tinyproxy().await, microsocks().await);
    let site = || Site::tls("localhost:1", &Tls::trusting_nobody());
    for (scheme, place) in [("http", http.ports[0]), ("socks5", socks.ports[0])] {
        let told = refusal(&format!("{scheme}://{place}"), site()).await;
        assert!(told.contains("write USER:PASSWORD@"), "{told}");
        let told = refusal(&format!("{scheme}://{USER}:wrong@{place}"), site()).await;
        assert!(
            told.contains("refuses the user and password") && !told.contains("wrong"),
            "{told}"
        );
    }
}

#[tokio::test]
async fn a_target_that_is_not_there_is_not_the_clients_mistake() {
    let (http, socks) = (tinyproxy().await, microsocks().await);
    for (scheme, place) in [("http", http.ports[0]), ("socks5", socks.ports[0])] {
        let proxy = format!("{scheme}://{USER}:{PASSWORD}@{place}");
        let site = Site::tls("127.0.0.1:1", &Tls::trusting_nobody());
        let told = refusal(&proxy, site).await;
        assert!(told.contains("opens no tunnel to 127.0.0.1:1: "), "{told}");
    }
}
