mod allocator;

use std::ffi::OsString;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: allocator::Allocator = allocator::Allocator;

fn main() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().skip(1).collect();
    // Who stays for long gives back what it does not need.
    if words.first().is_none_or(|verb| verb != "watch") {
        allocator::keep_memory();
    }
    plimsoll::cli::run(words.into_iter()).into()
}
