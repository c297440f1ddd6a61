//! The workshop: what the repository does to itself, as `cargo xtask COMMAND`.
//! One file a command; nothing here ships, and no crate of the product depends on it.

mod bench;
mod ci;
mod packages;
mod picture;
mod process;
mod reporter;
mod test;
mod tidy;
mod workspace;

use clap::Parser;

/// The workshop of netopt.
#[derive(Debug, Parser)]
#[command(name = "xtask", bin_name = "cargo xtask")]
enum Command {
    /// Run the whole gate: check, test, test --real
    Ci,
    /// Run the part of the gate that executes no test: fmt, clippy, tidy, doc
    Check,
    /// Check the rules of the house that neither rustc nor clippy knows
    Tidy,
    Test(test::Args),
    Bench(bench::Args),
    Picture(picture::Args),
}

fn main() -> anyhow::Result<()> {
    let workspace = workspace::Workspace::load(&std::env::current_dir()?)?;
    match Command::parse() {
        Command::Ci => ci::run(&workspace),
        Command::Check => ci::check(&workspace),
        Command::Tidy => tidy::run(&workspace),
        Command::Test(args) => test::run(&workspace, &args),
        Command::Bench(args) => bench::run(&workspace, &args),
        Command::Picture(args) => picture::run(&workspace, &args),
    }
}
