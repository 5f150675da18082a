mod allocator;

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: allocator::Allocator = allocator::Allocator;

fn main() -> ExitCode {
    plimsoll::cli::run(std::env::args_os().skip(1)).into()
}
