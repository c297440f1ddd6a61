//! A [`Spec`] as bytes. One that is out of range does not come out of it.

use std::time::Duration;

use netopt_core::unit::{BitRate, Bytes};

use super::codec::{Reader, Writer};
use crate::transfer::spec::{Amount, Reading, Sockets, Spec, Ways, Work};

/// Writes it; unknown is 0, which is no possible value of what can be unknown.
pub(super) fn encode(spec: &Spec, writer: &mut Writer) {
    let (kind, ways, one, two, three) = match spec.work {
        Work::Bulk(ways) => (0, number(Some(ways)), 0, 0, 0),
        Work::Exchanges { request, response } => (1, 0, request.get(), response.get(), 0),
        Work::Connects { request, response } => (2, 0, request.get(), response.get(), 0),
        Work::Mixed { full, size, every } => (3, number(full), size.get(), nanos(every), 0),
        Work::Datagrams { ways, size, rate } => {
            (4, number(Some(ways)), size.get(), 0, rate.bps().to_bits())
        }
    };
    writer.u8(kind).u8(ways).u64(one).u64(two).u64(three);
    writer.u16(spec.streams);
    match spec.amount {
        Amount::Time(time) => writer.u8(0).u64(nanos(time)),
        Amount::Bytes(bytes) => writer.u8(1).u64(bytes.get()),
    };
    writer.u64(spec.rate.map_or(0, |rate| rate.bps().to_bits()));
    writer.u8(u8::from(spec.reading == Reading::Copy));
    writer.text(spec.sockets.congestion_control.as_deref().unwrap_or(""));
    writer.u64(spec.sockets.notsent_lowat.map_or(0, Bytes::get));
    writer.u64(nanos(spec.stagger)).u64(nanos(spec.patience));
}

/// Reads it; `None` for anything that [`Spec::check`] refuses.
pub(super) fn decode(reader: &mut Reader<'_>) -> Option<Spec> {
    let (kind, ways) = (reader.u8()?, ways(reader.u8()?)?);
    let (one, two, three) = (reader.u64()?, reader.u64()?, reader.u64()?);
    let (request, response) = (Bytes::new(one), Bytes::new(two));
    let work = match kind {
        0 => Work::Bulk(ways?),
        1 => Work::Exchanges { request, response },
        2 => Work::Connects { request, response },
        3 => Work::Mixed {
            full: ways,
            size: request,
            every: Duration::from_nanos(two),
        },
        4 => Work::Datagrams {
            ways: ways?,
            size: request,
            rate: BitRate::from_bps(f64::from_bits(three))?,
        },
        _ => return None,
    };
    let streams = reader.u16()?;
    let amount = match (reader.u8()?, reader.u64()?) {
        (0, time) => Amount::Time(Duration::from_nanos(time)),
        (1, bytes) => Amount::Bytes(Bytes::new(bytes)),
        _ => return None,
    };
    let rate = match reader.u64()? {
        0 => None,
        bits => Some(BitRate::from_bps(f64::from_bits(bits))?),
    };
    let reading = match reader.u8()? {
        0 => Reading::Discard,
        1 => Reading::Copy,
        _ => return None,
    };
    let name = reader.text()?;
    let lowat = reader.u64()?;
    let spec = Spec {
        work,
        streams,
        amount,
        rate,
        reading,
        sockets: Sockets {
            congestion_control: (!name.is_empty()).then_some(name),
            notsent_lowat: (lowat > 0).then(|| Bytes::new(lowat)),
        },
        stagger: Duration::from_nanos(reader.u64()?),
        patience: Duration::from_nanos(reader.u64()?),
    };
    spec.check().ok()?;
    Some(spec)
}

const fn number(ways: Option<Ways>) -> u8 {
    match ways {
        None => 0,
        Some(Ways::Up) => 1,
        Some(Ways::Down) => 2,
        Some(Ways::Both) => 3,
    }
}

const fn ways(number: u8) -> Option<Option<Ways>> {
    match number {
        0 => Some(None),
        1 => Some(Some(Ways::Up)),
        2 => Some(Some(Ways::Down)),
        3 => Some(Some(Ways::Both)),
        _ => None,
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_is_what_is_understood() {
        let works = [
            Work::Bulk(Ways::Both),
            Work::Exchanges {
                request: Bytes::new(1),
                response: Bytes::new(9),
            },
            Work::Connects {
                request: Bytes::new(7),
                response: Bytes::new(1),
            },
            Work::Mixed {
                full: None,
                size: Bytes::new(100),
                every: Duration::from_millis(3),
            },
            Work::Datagrams {
                ways: Ways::Down,
                size: Bytes::new(1200),
                rate: BitRate::from_bps(1e6).unwrap(),
            },
        ];
        for work in works {
            let spec = Spec {
                work,
                streams: 7,
                rate: BitRate::from_bps(5e5),
                reading: Reading::Copy,
                sockets: Sockets {
                    congestion_control: Some("cubic".to_owned()),
                    notsent_lowat: Some(Bytes::new(16_384)),
                },
                stagger: Duration::from_secs(1),
                ..Spec::default()
            };
            let mut writer = Writer::default();
            encode(&spec, &mut writer);
            let bytes = writer.finish();
            assert_eq!(decode(&mut Reader::new(&bytes)), Some(spec));
        }
    }
}
