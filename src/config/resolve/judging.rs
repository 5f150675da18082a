//! What a build is held to, and how it is told and proved.

use super::Chooser;
use crate::config::{BudgetSource, Judging, Proof};
use std::path::PathBuf;

impl Chooser<'_> {
    pub(super) fn budget(&mut self, site: bool) -> Option<BudgetSource> {
        match self.values.text("budget") {
            Some("none") => None,
            Some(_) => self.existing_file("budget").map(BudgetSource::File),
            None => site.then_some(BudgetSource::Default),
        }
    }

    pub(super) fn judging(&mut self) -> Judging {
        let ci = self.environment.get("GITHUB_ACTIONS").is_some_and(|text| text == "true");
        Judging {
            baseline: self.values.owned("baseline"),
            quick: false,
            update: self.on("update-baseline", false),
            because: self.values.owned("because"),
            history: self.values.path("history").filter(|_| self.values.text("history") != Some("none")),
            label: self.values.owned("label").or_else(|| self.environment.get("GITHUB_SHA").cloned()),
            markdown: self.values.path("markdown"),
            sarif: self.values.path("sarif"),
            junit: self.values.path("junit"),
            badge: self.values.path("badge"),
            github: self.on("github", ci),
            workspace: self.environment.get("GITHUB_WORKSPACE").map(PathBuf::from),
            summary: self.environment.get("GITHUB_STEP_SUMMARY").filter(|_| ci).map(PathBuf::from),
        }
    }

    pub(super) fn proof(&mut self) -> Proof {
        Proof {
            verify: self.on("verify-determinism", false),
            record: self.values.path("record"),
            sign_key: self.existing_file("sign-key"),
            public_key: self.existing_file("public-key"),
            otlp: self.values.owned("otlp"),
            trace_parent: self.environment.get("TRACEPARENT").cloned(),
        }
    }
}
