//! Whatever workers, deliveries, clients and time do, a transaction's rows are those of a model.
//!
//! Random scripts run on the real statements and on a model. A failure prints the shortest script
//! that shows it. `CHUNKGATE_TEST_CASES` raises the number of scripts.

mod model;
mod run;
mod script;

use std::time::Duration;

use chunkgate::fax::item::TransactionState as State;
use proptest::{prelude::*, test_runner::TestRunner};

use self::{
    run::Run,
    script::{Script, steps},
};
use super::support::Desk;

/// Transactions of a script at most; further submissions are left out.
const MOST: usize = 5;
/// Nothing of a script lasts so long.
const LONG: Duration = Duration::from_hours(1);
const RETRIES: u32 = 1;
const BUSY: u32 = 6017;
const UNDER_WAY: [State; 3] = [State::Waiting, State::Delivering, State::HandedOver];

#[test]
fn every_script_leaves_the_rows_of_the_model() {
    let cases = std::env::var("CHUNKGATE_TEST_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(60);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let desk = runtime.block_on(Desk::new());
    let mut runner = TestRunner::new(ProptestConfig {
        cases,
        max_shrink_iters: 300,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let outcome = runner.run(&steps().prop_map(Script), |script| {
        let run = async { Run::new(&desk).run(&script.0).await };
        runtime.block_on(run).map_err(TestCaseError::fail)
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
    drop(desk);
}
