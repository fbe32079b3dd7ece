//! Tests of what a process has only once: its log, its metrics.

use std::{env, process::Command};

/// Tells the process of such a test that it is the one.
const ALONE: &str = "CHUNKGATE_TEST_ALONE";

/// Whether this process runs nothing but the test of this name: always under nextest. If not, the
/// test is run in a process of its own, and the caller has nothing left to do.
///
/// # Panics
/// If the test fails there.
pub fn has_process_of_its_own(test: &str) -> bool {
    let under_nextest = env::var("NEXTEST_EXECUTION_MODE").is_ok_and(|it| it == "process-per-test");
    if under_nextest || env::var_os(ALONE).is_some() {
        return true;
    }
    let ended = Command::new(env::current_exe().expect("this program"))
        .args([test, "--exact", "--nocapture"])
        .env(ALONE, "1")
        .status();
    assert!(ended.expect("it starts").success(), "{test} failed");
    false
}
