//! How many connections a load needs, by theory: `cargo run -p netopt-core --example pool_size -- 50 200`, calls a second and
//! for how many milliseconds each holds its connection.
#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;
use std::num::NonZeroU32;
use std::time::Duration;

use netopt_core::model::pool::size_for;
use netopt_core::model::queueing::Erlangs;
use netopt_core::unit::{PerSecond, Ratio};

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let rate = args.next().map_or(Ok(50.0), |rate| rate.parse())?;
    let rate = PerSecond::new(rate).ok_or("calls a second are finite and not below zero")?;
    let hold = args.next().map_or(Ok(200), |hold| hold.parse())?;
    let load = Erlangs::of(rate, Duration::from_millis(hold));

    println!("{:.1} connections are busy in the mean", load.get());
    for percent in [10, 5, 1] {
        let wait = Ratio::of(percent, 100).ok_or("it is a share")?;
        match size_for(load, wait).map(NonZeroU32::get) {
            Some(size) => println!("{size:>6} connections: at most {percent} % of calls wait"),
            None => println!("no number of connections: at most {percent} % of calls wait"),
        }
    }
    Ok(())
}
