//! The program `chunkgate`; everything it does is in [`chunkgate::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    chunkgate::cli::main()
}
