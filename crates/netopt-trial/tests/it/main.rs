//! The trial machinery from outside: designs, sessions, and simulated arms.

#[cfg(test)]
mod any_weather;
#[cfg(test)]
mod coverage;
#[cfg(test)]
mod design;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod power;
#[cfg(test)]
mod requests;
#[cfg(test)]
mod session;
#[cfg(test)]
mod simulated;
#[cfg(test)]
mod simulation;
