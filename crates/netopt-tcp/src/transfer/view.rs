//! What one end saw of a transfer, as facts and as bytes.

use std::time::Duration;

use netopt_core::unit::Bytes;

use super::datagrams::Arrived;
use super::spec::Way;
use super::wire::{Reader, Writer};
use crate::info::TcpInfo;

/// One look at a stream.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Since the transfer began at this end.
    pub at: Duration,
    /// Bytes that this end had written or read by then.
    pub bytes: Bytes,
    /// The kernel's view; `None` where it does not tell.
    pub info: Option<TcpInfo>,
}

/// One look at the process of this end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CpuSample {
    /// Since the transfer began at this end.
    pub at: Duration,
    /// Processor time that the process had used by then, since the transfer began.
    pub used: Duration,
}

/// One way of one stream, as one end saw it.
#[derive(Debug, Clone)]
pub struct FlowView {
    /// Which way.
    pub way: Way,
    /// Which stream.
    pub index: u16,
    /// Bytes written or read.
    pub bytes: Bytes,
    /// From the begin of the transfer to the last of these bytes.
    pub elapsed: Duration,
    /// The congestion control that ran, as the kernel calls it; `None` where it does not tell.
    pub congestion_control: Option<String>,
    /// Looks at it, a tenth of a second apart or, when it was long, evenly thinned out.
    pub samples: Vec<Sample>,
}

/// All that one end saw.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// From the begin to the end at this end.
    pub elapsed: Duration,
    /// Processor time of the whole process of this end meanwhile; `None` where the system does not tell.
    pub cpu: Option<Duration>,
    /// Looks at the processor time of this end, beside those at the streams. An end does not tell them the other one: empty in
    /// a view that was heard, and where the system does not tell.
    pub cpu_samples: Vec<CpuSample>,
    /// The streams.
    pub flows: Vec<FlowView>,
    /// Datagrams that were sent from this end; `None` without datagrams.
    pub sent: Option<u64>,
    /// Datagrams that arrived at this end; `None` without datagrams.
    pub arrived: Option<Arrived>,
    /// What went wrong at this end, in one line.
    pub trouble: Option<String>,
}

impl View {
    /// Writes it.
    pub(super) fn encode(&self, writer: &mut Writer) {
        writer.u64(nanos(self.elapsed));
        option(writer, self.cpu.map(nanos));
        option(writer, self.sent);
        match &self.arrived {
            None => {
                writer.u8(0);
            }
            Some(arrived) => {
                writer.u8(1);
                arrived.encode(writer);
            }
        }
        writer.text(self.trouble.as_deref().unwrap_or(""));
        writer.u16(u16::try_from(self.flows.len()).unwrap_or(u16::MAX));
        for flow in &self.flows {
            flow.encode(writer);
        }
    }

    /// Reads it; `None` for what is no view.
    pub(super) fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        let elapsed = Duration::from_nanos(reader.u64()?);
        let cpu = optional(reader)?.map(Duration::from_nanos);
        let sent = optional(reader)?;
        let arrived = match reader.u8()? {
            0 => None,
            _ => Some(Arrived::decode(reader)?),
        };
        let trouble = Some(reader.text()?).filter(|text| !text.is_empty());
        let flows = (0..reader.u16()?)
            .map(|_| FlowView::decode(reader))
            .collect::<Option<_>>()?;
        Some(Self {
            elapsed,
            cpu,
            cpu_samples: Vec::new(),
            flows,
            sent,
            arrived,
            trouble,
        })
    }
}

impl FlowView {
    fn encode(&self, writer: &mut Writer) {
        writer.u8(u8::from(self.way == Way::Down)).u16(self.index);
        writer.u64(self.bytes.get()).u64(nanos(self.elapsed));
        writer.text(self.congestion_control.as_deref().unwrap_or(""));
        writer.u32(u32::try_from(self.samples.len()).unwrap_or(u32::MAX));
        for sample in &self.samples {
            writer.u64(nanos(sample.at)).u64(sample.bytes.get());
            writer.bytes(sample.info.as_ref().map_or(&[], |info| info.as_bytes()));
        }
    }

    fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        let way = match reader.u8()? {
            0 => Way::Up,
            _ => Way::Down,
        };
        Some(Self {
            way,
            index: reader.u16()?,
            bytes: Bytes::new(reader.u64()?),
            elapsed: Duration::from_nanos(reader.u64()?),
            congestion_control: Some(reader.text()?).filter(|name| !name.is_empty()),
            samples: (0..reader.u32()?)
                .map(|_| {
                    Some(Sample {
                        at: Duration::from_nanos(reader.u64()?),
                        bytes: Bytes::new(reader.u64()?),
                        info: Some(reader.bytes()?)
                            .filter(|raw| !raw.is_empty())
                            .map(TcpInfo::from_bytes),
                    })
                })
                .collect::<Option<_>>()?,
        })
    }
}

fn option(writer: &mut Writer, value: Option<u64>) {
    writer.u8(u8::from(value.is_some())).u64(value.unwrap_or(0));
}

fn optional(reader: &mut Reader<'_>) -> Option<Option<u64>> {
    let (is_known, value) = (reader.u8()? != 0, reader.u64()?);
    Some(is_known.then_some(value))
}

pub(super) fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_view_comes_through_whole() {
        let sample = |millis, bytes, info: Option<TcpInfo>| Sample {
            at: Duration::from_millis(millis),
            bytes: Bytes::new(bytes),
            info,
        };
        let raw: Vec<u8> = (0..=247).collect();
        let view = View {
            elapsed: Duration::from_secs(2),
            cpu: Some(Duration::from_millis(7)),
            cpu_samples: Vec::new(),
            flows: vec![FlowView {
                way: Way::Down,
                index: 3,
                bytes: Bytes::new(99),
                elapsed: Duration::from_secs(1),
                congestion_control: Some("cubic".to_owned()),
                samples: vec![
                    sample(100, 5, Some(TcpInfo::from_bytes(&raw))),
                    sample(200, 9, None),
                ],
            }],
            sent: None,
            arrived: Some(Arrived::default()),
            trouble: Some("none that matters".to_owned()),
        };
        let mut writer = Writer::default();
        view.encode(&mut writer);
        let bytes = writer.finish();
        let read = View::decode(&mut Reader::new(&bytes)).unwrap();
        assert_eq!(format!("{view:?}"), format!("{read:?}"));
        for length in 0..bytes.len() {
            assert!(View::decode(&mut Reader::new(&bytes[..length])).is_none());
        }
    }

    proptest! {
        #[test]
        fn garbage_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            drop(View::decode(&mut Reader::new(&bytes)));
        }
    }
}
