//! Whatever breaks while a submission is written down, it is one fax, and the client that sends it
//! again gets its number.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use chunkgate::{
    engine::{ConnectionId, Peer, account::Account, session::SessionKey},
    fax::{
        Client, FaxError, FaxParts, FaxSettings, Faxes, Order, Source, Submitted,
        image::{Renderer, RendererSettings},
        item::{FaxOptions, TransactionId},
        outbox::Deliveries,
        recipients::recipients,
        repository::FaxRepository,
    },
    store::postgres::{Postgres, queries},
};
use futures_util::future::join_all;
use tokio::sync::Notify;

use super::support::{Moment, SETTINGS, SPOOL, Steps, Stepwise};
use crate::{
    engine::support::{
        Fate, HERE, LIMITS, PASSWORD, Proxy, Running, USER, World, credentials, pool,
    },
    support::eventually::{eventually, until},
};

const NUMBER: &str = "+1-212-5550100";

/// A gateway as its front end sees it.
struct Front {
    running: Running,
    faxes: Faxes,
    rows: Arc<dyn FaxRepository>,
    account: Account,
}

/// A submission as a client sends it, and sends it again.
#[derive(Clone, Copy, Debug)]
enum Call {
    Upload(SessionKey),
    Inline,
    Resend(TransactionId),
}

impl Front {
    async fn new(world: &World) -> Self {
        Self::of(world.engine().await, |rows| rows).await
    }

    async fn through(world: &World, proxy: &Proxy) -> Self {
        let running = world.engine_with(proxy.config(), pool(), LIMITS).await;
        Self::of(running, |rows| rows).await
    }

    async fn of(
        running: Running,
        watch: impl FnOnce(Arc<dyn FaxRepository>) -> Arc<dyn FaxRepository>,
    ) -> Self {
        let rows: Arc<dyn FaxRepository> =
            Arc::new(Postgres::new(running.database.clone(), "".into()));
        let rows = watch(rows);
        let faxes = Faxes::start(FaxParts {
            uploads: running.engine.clone(),
            repository: Arc::clone(&rows),
            boot: running.boot,
            deliveries: Deliveries::default(),
            renderer: Renderer::new(RendererSettings {
                ghostscript: None,
                timeout: Duration::from_secs(1),
                memory: 1 << 20,
                max_image: 1 << 20,
                at_once: 1,
                wait: Duration::from_secs(1),
            }),
            settings: settings(),
        });
        let account = faxes.log_in(&credentials(USER, PASSWORD), HERE).await;
        Self {
            running,
            faxes,
            rows,
            account: account.expect("the account"),
        }
    }

    /// Something to submit.
    async fn call(&self, kind: usize) -> Call {
        match kind {
            0 => {
                let session = self.running.start_session().await;
                let total = self.running.upload_last(session, b"Hello, fax").await;
                assert_eq!(total.expect("an upload"), 10);
                Call::Upload(session.key)
            }
            1 => Call::Inline,
            _ => {
                let first = self.submit(self.call_upload().await).await;
                let first = first.expect("a fax");
                Call::Resend(first.id)
            }
        }
    }

    async fn call_upload(&self) -> Call {
        Box::pin(self.call(0)).await
    }

    async fn submit(&self, call: Call) -> Result<Submitted, FaxError> {
        self.submit_on(None, call).await
    }

    async fn submit_on(
        &self,
        connection: Option<ConnectionId>,
        call: Call,
    ) -> Result<Submitted, FaxError> {
        let client = Client {
            address: HERE,
            protocol: "test",
            connection,
            peer: &|| Peer::Present,
        };
        let source = match call {
            Call::Resend(id) => {
                return self.faxes.resend(&self.account, id, "", &client).await;
            }
            Call::Upload(key) => Source::Upload(key),
            Call::Inline => {
                let mut append = self.running.engine.append(HERE);
                append.vouch();
                append.write(Bytes::from_static(b"Hello, fax")).await;
                Source::Inline(Box::new(append))
            }
        };
        let order = Order {
            call: "test",
            recipients: recipients(NUMBER, ""),
            types: vec!["TXT".to_owned()],
            sizes: Some(vec![10]),
            source,
            options: FaxOptions::default(),
            retries_given: false,
        };
        self.faxes.submit(&self.account, order, &client).await
    }

    /// `kill -9`.
    async fn kill(self, world: &World) {
        self.running.kill(world).await;
    }
}

fn settings() -> FaxSettings {
    FaxSettings {
        delivery: SPOOL.to_owned(),
        file_types: vec!["TXT".to_owned()],
        max_documents: 10,
        max_recipients: 10,
        retries: 0,
        max_retries: 0,
        repeat_within: Duration::from_mins(10),
        status_polls_per_minute: 0,
        queries: 4,
        query_wait: std::time::Duration::from_secs(10),
        image_directory: std::env::temp_dir(),
        outbox: *SETTINGS,
    }
}

/// Faxes of a kind: those that send something again, or the others.
async fn count(world: &World, call: Call) -> i64 {
    let of = match call {
        Call::Upload(_) | Call::Inline => "NULL",
        Call::Resend(_) => "NOT NULL",
    };
    let query = format!(
        "SELECT count(*) FROM fax_transaction t JOIN fax_submission s ON s.id = t.submission_id \
         JOIN fax_outbox o ON o.transaction_id = t.id WHERE resend_of IS {of}"
    );
    world.number(&query).await
}

/// The client sends its call until it is answered, and gets that answer.
async fn until_answered(front: &Front, call: Call) -> TransactionId {
    let answered = eventually("answer", async || front.submit(call).await.ok()).await;
    answered.id
}

fn statement(call: Call) -> &'static str {
    match call {
        Call::Upload(_) | Call::Inline => queries::SUBMIT_FAX,
        Call::Resend(_) => queries::RESEND_FAX,
    }
}

/// Kinds of calls; see [`Front::call`].
const KINDS: [usize; 3] = [0, 1, 2];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_breaks_before_or_after_the_statement_leaves_one_fax() {
    for kind in KINDS {
        for fate in [Fate::LoseRequest, Fate::LoseAnswer] {
            let world = World::new().await;
            let proxy = Proxy::new(world.database.config());
            let front = Front::through(&world, &proxy).await;
            let call = front.call(kind).await;
            proxy.next(statement(call), fate.clone());
            // The answer, if there is one, is lost as well.
            let first = front.submit(call).await.map(|it| it.id);
            assert!(proxy.is_used_up());
            let again = until_answered(&front, call).await;
            if let Ok(first) = first {
                assert_eq!(first, again, "{call:?} {fate:?}");
            }
            assert_eq!(count(&world, call).await, 1, "{call:?} {fate:?}");
        }
    }
}

/// One submission while the database goes away, before or after the statement took effect, for
/// longer than anybody looks for its outcome. Perhaps there was an equal one before, whose answer
/// arrived.
async fn into_the_dark(kind: usize, fate: Fate, late: Option<Arc<Notify>>, has_earlier: bool) {
    let world = World::new().await;
    let proxy = Proxy::new(world.database.config());
    let front = Front::through(&world, &proxy).await;
    let call = front.call(kind).await;
    let told = format!("{call:?} {fate:?} {has_earlier}");
    let connection = Some(ConnectionId::next());
    let earlier = if has_earlier {
        let earlier = front.submit_on(connection, call).await;
        Some(earlier.expect("a fax").id)
    } else {
        None
    };
    let takes_effect = matches!(fate, Fate::LoseAnswer);
    let before = count(&world, call).await;
    proxy.next(statement(call), fate);
    let cutting = async {
        until("the statement was sent", || async { proxy.is_used_up() }).await;
        if takes_effect {
            until("it was run", || async {
                count(&world, call).await > before
            })
            .await;
        }
        proxy.cut();
    };
    let (first, ()) = tokio::join!(front.submit_on(connection, call), cutting);
    assert!(matches!(first, Err(FaxError::Upload(_))), "{told}");
    proxy.mend();
    // On another connection: that it is not the one before is known all the same.
    let id = until_answered(&front, call).await;
    if let Some(go) = late {
        go.notify_one();
        proxy.late_statement_has_run().await;
    }
    assert_ne!(Some(id), earlier, "{told}");
    assert_eq!(count(&world, call).await, before + 1, "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_submission_whose_outcome_stays_open_is_one_fax() {
    let runs = KINDS.into_iter().flat_map(|kind| {
        [Fate::LoseRequest, Fate::LoseAnswer].map(|fate| into_the_dark(kind, fate, None, false))
    });
    join_all(runs).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_that_comes_too_late_is_no_second_fax() {
    let runs = KINDS.map(|kind| {
        let go = Arc::new(Notify::new());
        into_the_dark(kind, Fate::Late(Arc::clone(&go)), Some(go), false)
    });
    join_all(runs).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_equal_order_whose_outcome_stays_open_is_not_the_one_before() {
    let runs = [1, 2].into_iter().flat_map(|kind| {
        [Fate::LoseRequest, Fate::LoseAnswer].map(|fate| into_the_dark(kind, fate, None, true))
    });
    join_all(runs).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_dies_between_commit_and_answer_leaves_a_fax_that_is_known_again() {
    for kind in KINDS {
        let world = World::new().await;
        let front = Front::new(&world).await;
        let call = front.call(kind).await;
        let first = front.submit(call).await.expect("a fax");
        let id = first.id;
        front.kill(&world).await;
        let front = Front::new(&world).await;
        let again = front.submit(call).await.expect("an answer");
        assert!(again.again, "{call:?}");
        assert_eq!(again.id, id, "{call:?}");
        assert_eq!(count(&world, call).await, 1, "{call:?}");
    }
}

/// Keeps whoever takes a step at one moment of it.
struct Stop {
    step: &'static str,
    moment: Moment,
    reached: Notify,
    go_on: Notify,
    is_done: Mutex<bool>,
}

impl Stop {
    fn new(step: &'static str, moment: Moment) -> Arc<Self> {
        Arc::new(Self {
            step,
            moment,
            reached: Notify::new(),
            go_on: Notify::new(),
            is_done: Mutex::new(false),
        })
    }

    /// Whether this is the first time that the step is taken.
    fn is_here(&self, step: &str, moment: Moment) -> bool {
        let mut done = self.is_done.lock().expect("no panic");
        let here = step == self.step && moment == self.moment && !*done;
        *done |= here;
        here
    }
}

#[async_trait]
impl Steps for Stop {
    async fn at(&self, step: &'static str, moment: Moment) {
        if self.is_here(step, moment) {
            self.reached.notify_one();
            self.go_on.notified().await;
        }
    }
}

/// Sends a call and drops it where it is kept.
async fn break_off(front: &Front, call: Call, stop: &Stop) {
    tokio::select! {
        answered = front.submit(call) => panic!("{answered:?}"),
        () = stop.reached.notified() => {}
    }
}

/// What a reset connection does to the call that came on it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_breaks_off_while_its_submission_is_written_down_has_one_fax() {
    for kind in KINDS {
        for moment in [Moment::Before, Moment::After] {
            let world = World::new().await;
            let statement = if kind == 2 { "resend" } else { "submit" };
            let stop = Stop::new(statement, moment);
            let watching = Arc::clone(&stop);
            let watch = move |rows| Stepwise::watching(rows, watching as _);
            let front = Front::of(world.engine().await, watch).await;
            let call = front.call(if kind == 2 { 0 } else { kind }).await;
            let call = match call {
                Call::Upload(_) if kind == 2 => {
                    let first = front.submit(call).await.expect("a fax");
                    Call::Resend(first.id)
                }
                other => other,
            };
            break_off(&front, call, &stop).await;
            stop.go_on.notify_one();
            let again = until_answered(&front, call).await;
            assert!(again.0 > 0);
            assert_eq!(count(&world, call).await, 1, "{call:?} {moment:?}");
        }
    }
}

/// Equal calls by a client that has the answer are different faxes: the tests above prove nothing
/// otherwise.
#[tokio::test]
async fn an_equal_call_on_the_connection_of_the_answer_is_another_fax() {
    let world = World::new().await;
    let front = Front::new(&world).await;
    let connection = Some(ConnectionId::next());
    let mut ids = Vec::new();
    for _ in 0..2 {
        let taken = front.submit_on(connection, Call::Inline).await;
        ids.push(taken.expect("a fax").id);
    }
    assert_ne!(ids[0], ids[1]);
    assert_eq!(count(&world, Call::Inline).await, 2);
    assert_eq!(front.rows.faxes(&ids).await.expect("an answer").len(), 2);
}
