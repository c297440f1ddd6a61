//! The knob of TLS, as an origin and its calls see it.

use netopt::core::change::Switch;
use netopt::{Change, Plan, Surroundings, Tls, stack};
use netopt_lab::{Origin, OriginSpec, origin};

use crate::call;

#[tokio::test]
async fn resumption_spares_the_certificate() {
    let mut sent = Vec::new();
    for switch in [Switch::On, Switch::Off] {
        let spec = OriginSpec {
            protocol: origin::Protocol::Https1,
            ..OriginSpec::default()
        };
        let origin = Origin::start("127.0.0.1:0".parse().unwrap(), spec)
            .await
            .unwrap();
        let certificate = origin.certificate_der().unwrap().to_vec();
        let around = Surroundings::new(Tls::trusting([certificate.into()]).unwrap());
        let plan = Plan::new()
            .with(Change::KeepAlive(Switch::Off))
            .with(Change::Resumption(switch));
        let client = stack::client(&plan, &around).unwrap();
        let mut resumed = Vec::new();
        for _ in 0..3 {
            let connection = call(&client, &origin.url()).await.connection.unwrap();
            resumed.push(connection.tls.unwrap().resumed);
        }
        assert_eq!(resumed, [false, switch.is_on(), switch.is_on()]);
        assert_eq!(origin.served().connections, 3);
        sent.push(origin.served().bytes_out);
    }
    assert!(sent[0] < sent[1], "{sent:?}");
}
