//! This end of a transfer: agree with the server, do our half, watch, hear what the server saw.
//!
//! It blocks the calling thread; [`Stop`] ends it from another one.

mod agree;
mod probes;

use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::course::{Course, DRAIN, End, Worker, Yield, brought, gather};
use super::datagrams;
use super::error::{Error, Side, Stage};
use super::exchanges::{Sizes, connect_and_ask};
use super::flow::{Flow, Sampler, processor, rest_until};
use super::interval::{Interval, Live};
use super::meter::Meter;
use super::report::{Ended, Report};
use super::spec::{Spec, Ways, Work};
use super::stop::{LOOK, Stop};
use super::view::View;
use super::wire::{Frame, LARGEST_REPORT, Patience};
use agree::Agreed;
pub use probes::Probed;

/// How long the server may take to report when nothing has to come through to it before.
const MOMENT: Duration = Duration::from_secs(2);

/// A transfer that can be run.
#[derive(Debug, Clone)]
pub struct Transfer {
    /// The server.
    pub peer: SocketAddr,
    /// What is done.
    pub spec: Spec,
    /// How long an interval is that is told of while it runs.
    pub interval: Duration,
    /// Probes on connections of their own, so far apart, before and during the transfer; `None` for none.
    pub probes: Option<Duration>,
}

impl Transfer {
    /// Runs it to its end, and calls `watch` after each interval.
    ///
    /// A transfer that breaks, or is stopped, after bytes began to move gives a report that says so.
    ///
    /// # Errors
    /// When no byte could be moved: the spec is out of range, the server cannot be reached, speaks something else or refuses,
    /// or it was told to stop before.
    pub fn run(&self, stop: &Stop, watch: &mut dyn FnMut(&Interval)) -> Result<Report, Error> {
        let wrong =
            |refusal: super::spec::Refusal| Error::new(Stage::Agree, Side::Us, refusal.to_string());
        self.spec.check().map_err(wrong)?;
        let agreed = agree::with(self.peer, &self.spec, stop)?;
        let idle = match self.probes {
            Some(every) => probes::idle((self.peer, agreed.token), every, stop)?,
            None => Vec::new(),
        };
        send(&agreed.control, &Frame::Go)?;
        let meter = Meter::default();
        let course = Course {
            end: End::Client,
            spec: &self.spec,
            begun: Instant::now(),
            clock: agreed.clock,
            stop,
            meter: &meter,
        };
        let mut report = self.work(&course, &agreed, watch);
        report.idle = idle;
        report.round_trips.clone_from(&agreed.round_trips);
        if let Some(messages) = &mut report.messages {
            messages.clock = agreed
                .round_trips
                .iter()
                .min()
                .map(|shortest| *shortest / 2);
        }
        match self.hear(&agreed.control, &report.ended, stop) {
            Ok(view) => {
                if let (Ended::Complete, Some(line)) = (&report.ended, &view.trouble) {
                    let line = format!("the server says: {line}");
                    report.ended = Ended::Broken(Error::new(Stage::Move, Side::Peer, line));
                }
                report.far = Some(view);
            }
            Err(error) if matches!(report.ended, Ended::Complete) => {
                report.ended = Ended::Broken(error);
            }
            Err(_) => {}
        }
        Ok(report.with_intervals(self.interval))
    }

    fn work(
        &self,
        course: &Course<'_>,
        agreed: &Agreed,
        watch: &mut dyn FnMut(&Interval),
    ) -> Report {
        let flows = course.flows(&agreed.joined);
        let before = processor();
        let mut near = View::default();
        let is_over = AtomicBool::new(false);
        let (all, trouble, probed) = std::thread::scope(|scope| {
            let is_over = &is_over;
            let probing = self.probes.map(|every| {
                let whom = (self.peer, agreed.token);
                let times = (course.begun, every);
                scope.spawn(move || probes::during(whom, times, is_over, course.stop))
            });
            let mut workers = course.start(scope, &flows);
            workers.extend(self.connecting(scope, course, agreed.token));
            let datagrams = agreed.socket.as_ref().map(|socket| {
                let is_over = |now| now >= course.until();
                scope.spawn(move || datagrams::exchange(course, agreed.token, socket, is_over))
            });
            let is_busy = || {
                workers.iter().any(|worker| !worker.is_finished())
                    || datagrams.as_ref().is_some_and(|half| !half.is_finished())
            };
            let sampler = self.watch(course, &flows, is_busy, watch);
            let (all, mut trouble) = gather(workers);
            match datagrams.map(brought) {
                Some(Ok((sent, arrived))) => (near.sent, near.arrived) = (sent, arrived),
                Some(Err(error)) => trouble = Some(error),
                None => {}
            }
            (near.flows, near.cpu_samples) = sampler.finish(&flows);
            near.elapsed = course.begun.elapsed();
            is_over.store(true, Ordering::Release);
            let probed = probing.map(|probing| {
                probing.thread().unpark();
                brought(probing)
            });
            (all, trouble, probed.unwrap_or_default())
        });
        near.cpu = before.and_then(|before| processor()?.checked_sub(before));
        let ended = match trouble {
            _ if course.stop.is_told() => Ended::Stopped,
            Some(error) => Ended::Broken(error),
            None => Ended::Complete,
        };
        // It may be gone, which the wait for its report will say.
        if matches!(ended, Ended::Complete) || self.can_end_early(&ended) {
            send(&agreed.control, &Frame::Done).ok();
        }
        Report {
            exchanges: all.exchanges,
            messages: all.messages,
            probed,
            ..Report::new(self, near, ended)
        }
    }

    /// Whether it was stopped, and the server's part is to receive what is on its way, which it can do soon.
    fn can_end_early(&self, ended: &Ended) -> bool {
        matches!(ended, Ended::Stopped) && self.spec.work == Work::Bulk(Ways::Up)
    }

    /// Waits for what the server saw: for long only where much may still be on its way to it.
    fn hear(&self, control: &TcpStream, ended: &Ended, stop: &Stop) -> Result<View, Error> {
        let last = Stop::new();
        let is_datagrams = matches!(self.spec.work, Work::Datagrams { .. });
        let (bound, stop) = match ended {
            _ if self.can_end_early(ended) => (MOMENT, &last),
            // The server is as patient as we are, so it has noticed by then; or it is the one that is silent.
            Ended::Broken(_) => (self.spec.patience + MOMENT, stop),
            // A datagram that is late is lost: nothing is waited for.
            _ if is_datagrams => (self.spec.patience + MOMENT, stop),
            _ => (self.spec.patience + DRAIN, stop),
        };
        let patience = Patience {
            largest: LARGEST_REPORT,
            ..Patience::of(bound, stop)
        };
        let what = "the report of the server";
        match Frame::receive(control, &patience) {
            Ok(Some(Frame::Report(view))) => Ok(*view),
            Ok(_) => {
                let message = format!("{what}: it closed without one");
                Err(Error::new(Stage::Report, Side::Peer, message))
            }
            Err(error) if error.kind() == std::io::ErrorKind::TimedOut => {
                let message = format!("{what} did not come");
                Err(Error::silent(Stage::Report, &message, bound))
            }
            Err(error) => Err(Error::io(Stage::Report, what, error)),
        }
    }

    /// Looks at everybody as long as somebody is busy.
    fn watch(
        &self,
        course: &Course<'_>,
        flows: &[Arc<Flow>],
        is_busy: impl Fn() -> bool,
        watch: &mut dyn FnMut(&Interval),
    ) -> Sampler {
        let mut sampler = Sampler::new(course.begun, flows.len());
        let mut live = Live::new(self.interval);
        while is_busy() {
            // Short transfers end between two looks, so the first ones are near to each other.
            let soon = (course.begun.elapsed() / 20).clamp(Duration::from_millis(1), LOOK);
            rest_until(sampler.next().min(Instant::now() + soon));
            let now = Instant::now();
            sampler.look(flows, now);
            if let Some(interval) = live.look(flows, course.meter, now - course.begun) {
                watch(&interval);
            }
        }
        sampler
    }

    /// The threads that make a connection for each exchange.
    fn connecting<'scope>(
        &'scope self,
        scope: &'scope std::thread::Scope<'scope, '_>,
        course: &'scope Course<'_>,
        token: u64,
    ) -> Vec<Worker<'scope>> {
        let Work::Connects { request, response } = self.spec.work else {
            return Vec::new();
        };
        let sizes = Sizes {
            request,
            response,
            patience: self.spec.patience,
        };
        let ask = move || {
            let whom = (self.peer, token, &self.spec.sockets);
            let (until, stop) = (course.until(), course.stop);
            let exchanges = connect_and_ask(whom, &sizes, until, stop, course.meter)?;
            Ok(Yield {
                exchanges: Some(exchanges),
                messages: None,
            })
        };
        (0..self.spec.streams).map(|_| scope.spawn(ask)).collect()
    }
}

fn send(control: &TcpStream, frame: &Frame) -> Result<(), Error> {
    frame
        .send(control)
        .map_err(|error| Error::io(Stage::Agree, "the control connection", error))
}
