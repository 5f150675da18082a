//! `plimsoll build`.

use super::{conclude, resolve, services, wants_json};
use crate::cli::progress::Progress;
use crate::cli::{Exit, speak};
use crate::config::{LogLevel, RawOptions};
use crate::pipeline::{self, Services};

pub(in crate::cli) fn run(raw: &RawOptions) -> Exit {
    let mut problems = Vec::new();
    let options = match resolve(raw) {
        Ok(resolved) => resolved.take(&mut problems),
        Err(problems) => return speak::refuse_as(&problems, wants_json(raw)),
    };
    let progress = Progress::new(!options.json && options.log_level >= LogLevel::Info);
    let mut outcome = {
        let services = Services { whole: true, ..services(&options, progress.teller()) };
        pipeline::build(&options, &services)
    };
    progress.finish();
    outcome.problems.extend(problems);
    conclude(&outcome, &options)
}
