//! Whatever clients, engines and time do, a session holds the bytes its client believes it sent.
//!
//! Random scripts run on two engines and on a small model. A failure prints the
//! shortest script that shows it. `CHUNKGATE_TEST_CASES` raises the number of scripts.

use std::{sync::LazyLock, time::Duration};

use chunkgate::engine::{ConnectionId, UploadError, session::SessionState};
use futures_util::{StreamExt, stream};
use proptest::{prelude::*, test_runner::TestRunner};

use super::support::{LIMITS, Running, Session, World};
use crate::support::eventually::until;

/// Sessions of a script.
const SESSIONS: usize = 2;

/// Connections that each client has to each engine.
const CONNECTIONS: usize = 2;

/// Few, so that equal consecutive chunks are common; one is too large.
static CHUNKS: LazyLock<[Vec<u8>; 5]> = LazyLock::new(|| {
    let telling: Vec<u8> = (0..760_u32)
        .flat_map(|n| n.wrapping_mul(n).wrapping_mul(0x9E37_79B1).to_be_bytes()[..2].to_vec())
        .collect();
    let too_large = vec![b'C'; MAX_CHUNK + 1];
    [
        vec![0; 7],
        b"A".to_vec(),
        vec![b'B'; 40],
        too_large,
        telling,
    ]
});
/// The one that cannot stand twice in a row in a document.
const TELLING: usize = 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Arrives,
    IsLost,
}

/// One line of a script.
#[derive(Clone, Copy, Debug)]
enum Step {
    Send {
        to: usize,
        through: usize,
        chunk: usize,
        on: Option<usize>,
        is_last: bool,
        answer: Answer,
    },
    /// The client sends its last chunk once more, as after a time-out.
    SendAgain {
        to: usize,
        through: usize,
        on: Option<usize>,
        answer: Answer,
    },
    Cancel {
        session: usize,
        through: usize,
    },
    Expire {
        session: usize,
    },
    Restart {
        engine: usize,
    },
    Crash {
        engine: usize,
    },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let answer = || prop_oneof![3 => Just(Answer::Arrives), 1 => Just(Answer::IsLost)];
    let on = || prop::option::of(0..CONNECTIONS);
    let step = prop_oneof![
        10 => (0..SESSIONS, 0..2_usize, 0..CHUNKS.len(), on(), prop::bool::weighted(0.1), answer()).prop_map(
            |(to, through, chunk, on, is_last, answer)| Step::Send { to, through, chunk, on, is_last, answer }
        ),
        6 => (0..SESSIONS, 0..2_usize, on(), answer())
            .prop_map(|(to, through, on, answer)| Step::SendAgain { to, through, on, answer }),
        1 => (0..SESSIONS, 0..2_usize).prop_map(|(session, through)| Step::Cancel { session, through }),
        1 => (0..SESSIONS).prop_map(|session| Step::Expire { session }),
        1 => (0..2_usize).prop_map(|engine| Step::Restart { engine }),
        1 => (0..2_usize).prop_map(|engine| Step::Crash { engine }),
    ];
    prop::collection::vec(step, 1..25)
}

/// What the model knows of a session.
struct Model {
    state: SessionState,
    bytes: Vec<u8>,
    /// The last chunk that was stored, and whether its answer may be lost.
    last: Option<(usize, bool)>,
    in_doubt: bool,
    /// Which engine answered last, while it lives.
    answered_by: Option<usize>,
    /// And on which of the client's own connections, while it is whole.
    answered_on: Option<usize>,
    doubts: Vec<(i64, i64, bool)>,
    /// What the client sent last, whatever became of it.
    sent: Option<(usize, bool)>,
}

impl Model {
    fn new() -> Self {
        Self {
            state: SessionState::Open,
            bytes: Vec::new(),
            last: None,
            in_doubt: false,
            answered_by: None,
            answered_on: None,
            doubts: Vec::new(),
            sent: None,
        }
    }

    /// The total, or the label of the refusal.
    fn send(
        &mut self,
        chunk: usize,
        is_last: bool,
        (through, on): (usize, Option<usize>),
        answer: Answer,
    ) -> Result<u64, &'static str> {
        self.sent = Some((chunk, is_last));
        let is_equal = self.last == Some((chunk, is_last));
        let is_complete = self.state == SessionState::Complete;
        match self.state {
            SessionState::Open => {}
            SessionState::Complete if is_equal => {}
            SessionState::Complete
            | SessionState::Consumed
            | SessionState::Cancelled
            | SessionState::Expired => return Err("session_not_open"),
        }
        let heard = on.is_some() && self.answered_by == Some(through) && self.answered_on == on;
        let is_doubtful = is_equal && !is_complete && !heard;
        let repeats = is_complete || is_doubtful && (self.in_doubt || chunk == TELLING);
        let length = CHUNKS[chunk].len();
        let total = self.bytes.len() + length;
        if !repeats {
            if length > MAX_CHUNK {
                return Err("chunk_too_large");
            }
            let stored = self.doubts.iter().filter(|(_, _, stored)| *stored);
            let mut doubtful: usize = stored
                .map(|(_, length, _)| usize::try_from(*length).unwrap())
                .sum();
            if is_doubtful {
                doubtful += length;
            }
            if total - doubtful > SMALL_TOTAL || total > 2 * SMALL_TOTAL {
                return Err("total_too_large");
            }
        }
        if is_doubtful {
            let [position, length] = [self.bytes.len(), length].map(|n| i64::try_from(n).unwrap());
            self.doubts.push((position, length, !repeats));
        }
        if !repeats {
            self.bytes.extend_from_slice(&CHUNKS[chunk]);
            self.last = Some((chunk, is_last));
            if is_last {
                self.state = SessionState::Complete;
            }
        }
        self.in_doubt = answer == Answer::IsLost;
        self.answered_by = Some(through);
        self.answered_on = on.filter(|_| answer == Answer::Arrives);
        Ok(self.bytes.len() as u64)
    }

    fn end(&mut self, state: SessionState) -> bool {
        let alive = matches!(self.state, SessionState::Open | SessionState::Complete);
        if alive {
            self.state = state;
            self.bytes.clear();
            self.doubts.clear();
        }
        alive
    }
}

/// The largest chunk.
const MAX_CHUNK: usize = 2000;
/// A script may reach the limit of a session.
const SMALL_TOTAL: usize = 1700;

/// A script on its way through a world and the model.
struct Run<'a> {
    world: &'a World,
    engines: Vec<Running>,
    connections: [[ConnectionId; CONNECTIONS]; 2],
    sessions: Vec<Session>,
    models: Vec<Model>,
}

impl<'a> Run<'a> {
    async fn new(world: &'a World) -> Self {
        let mut engines = Vec::new();
        for _ in 0..2 {
            engines.push(Self::engine(world).await);
        }
        let (mut sessions, mut models) = (Vec::new(), Vec::new());
        for index in 0..SESSIONS {
            sessions.push(engines[index % 2].start_session().await);
            models.push(Model::new());
        }
        Self {
            world,
            engines,
            connections: [(); 2].map(|()| new_connections()),
            sessions,
            models,
        }
    }

    async fn engine(world: &World) -> Running {
        let mut limits = LIMITS;
        limits.max_chunk = MAX_CHUNK as u64;
        limits.max_total = SMALL_TOTAL as u64;
        let config = world.database.config();
        world
            .engine_with(config, super::support::pool(), limits)
            .await
    }

    async fn run(mut self, steps: &[Step]) -> Result<(), String> {
        for (number, step) in steps.iter().enumerate() {
            let at = |what: String| format!("step {}: {step:?}: {what}", number + 1);
            self.step(*step).await.map_err(at)?;
        }
        for (session, model) in self.sessions.iter().zip(&self.models) {
            let content = self.engines[0].content(*session).await;
            let status = self.engines[0].status(*session).await;
            if content != model.bytes || status.state != model.state {
                return Err(format!(
                    "at the end, session {:?} is {} and has {:?}; the client sent {:?}, and it should be {}",
                    session.id,
                    status.state,
                    String::from_utf8_lossy(&content),
                    String::from_utf8_lossy(&model.bytes),
                    model.state,
                ));
            }
            let doubts = self.world.doubts(*session).await;
            same(&doubts, &model.doubts).map_err(|what| format!("doubts: {what}"))?;
        }
        Ok(())
    }

    async fn step(&mut self, step: Step) -> Result<(), String> {
        match step {
            Step::Send {
                to,
                through,
                chunk,
                on,
                is_last,
                answer,
            } => self.send(to, (through, on), chunk, is_last, answer).await,
            Step::SendAgain {
                to,
                through,
                on,
                answer,
            } => match self.models[to].sent {
                Some((chunk, is_last)) => {
                    self.send(to, (through, on), chunk, is_last, answer).await
                }
                None => Ok(()),
            },
            Step::Cancel { session, through } => {
                let key = self.sessions[session].key;
                let cancelled = self.engines[through]
                    .engine
                    .cancel(key, super::support::HERE);
                let cancelled = cancelled.await.is_ok();
                let expected = self.models[session].end(SessionState::Cancelled);
                same(&cancelled, &expected)
            }
            Step::Expire { session } => {
                let id = self.sessions[session].id;
                let past = format!(
                    "UPDATE upload_session SET expires_at = now() - interval '1 second' WHERE id = {id}"
                );
                self.world.run(&past).await;
                let expired = self.engines[0].repository.expire(10).await;
                let expired = expired.map_err(|error| error.to_string())?.contains(&id);
                let dropped = self.engines[0]
                    .repository
                    .drop_undeletable(Duration::ZERO, 10)
                    .await;
                dropped.map_err(|error| error.to_string())?;
                same(&expired, &self.models[session].end(SessionState::Expired))
            }
            Step::Restart { engine } => {
                let old = self.engines.remove(engine);
                old.stop().await;
                self.replaced(engine, false).await;
                Ok(())
            }
            Step::Crash { engine } => {
                let old = self.engines.remove(engine);
                old.kill(self.world).await;
                self.replaced(engine, true).await;
                Ok(())
            }
        }
    }

    /// Another engine takes the place of one that ended, with its answers in doubt or not.
    async fn replaced(&mut self, engine: usize, in_doubt: bool) {
        self.engines.insert(engine, Self::engine(self.world).await);
        self.connections[engine] = new_connections();
        for model in &mut self.models {
            if model.answered_by == Some(engine) {
                model.answered_by = None;
                model.in_doubt |= in_doubt;
            }
        }
    }

    async fn send(
        &mut self,
        to: usize,
        (through, on): (usize, Option<usize>),
        chunk: usize,
        is_last: bool,
        answer: Answer,
    ) -> Result<(), String> {
        let expected = self.models[to].send(chunk, is_last, (through, on), answer);
        let connection = on.map(|on| self.connections[through][on]);
        let session = self.sessions[to];
        let sent = self.engines[through].send_on(connection, session, &CHUNKS[chunk], is_last);
        let got = match sent.await {
            Ok(done) => {
                match answer {
                    Answer::Arrives => done.receipt.delivered(),
                    Answer::IsLost => {
                        drop(done.receipt);
                        if let Some(broken) = on {
                            self.connections[through][broken] = ConnectionId::next();
                        }
                        self.other_engines_may_know(to).await;
                    }
                }
                Ok(done.total)
            }
            Err(error) => Err(label(&error)),
        };
        same(&got, &expected)
    }

    /// Until the database knows of a lost answer, only its own engine does; a client that is
    /// quicker than that and comes to another one is out of the script.
    async fn other_engines_may_know(&self, session: usize) {
        let id = self.sessions[session].id;
        let known = format!("SELECT count(*) FROM upload_session WHERE id = {id} AND last_suspect");
        until("the database knows", || async {
            self.world.number(&known).await == 1
        })
        .await;
    }
}

fn new_connections() -> [ConnectionId; CONNECTIONS] {
    [(); CONNECTIONS].map(|()| ConnectionId::next())
}

fn label(error: &UploadError) -> &'static str {
    error.label()
}

fn same<T: PartialEq + std::fmt::Debug>(got: &T, expected: &T) -> Result<(), String> {
    if got == expected {
        Ok(())
    } else {
        Err(format!("got {got:?}, expected {expected:?}"))
    }
}

/// A script to read: a line a step.
#[derive(Clone)]
struct Script(Vec<Step>);

impl std::fmt::Debug for Script {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f)?;
        for (number, step) in self.0.iter().enumerate() {
            writeln!(f, "  {:2}. {step:?}", number + 1)?;
        }
        Ok(())
    }
}

#[test]
fn every_script_ends_with_the_documents_the_clients_sent() {
    let cases = std::env::var("CHUNKGATE_TEST_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(40);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let world = runtime.block_on(World::new());
    let mut runner = TestRunner::new(ProptestConfig {
        cases,
        max_shrink_iters: 200,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let outcome = runner.run(&steps().prop_map(Script), |script| {
        let run = async { Run::new(&world).await.run(&script.0).await };
        runtime.block_on(run).map_err(TestCaseError::fail)
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
    drop(world);
}

/// Many clients at once, each with a session of its own and answers that get lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_clients_that_repeat_what_they_did_not_hear_send_whole_documents() {
    let world = World::new().await;
    let engine = world.engine().await;
    let clients = stream::iter(0..24_usize).map(|client| {
        let engine = &engine;
        async move {
            let session = engine.start_session().await;
            let mut sent = Vec::new();
            for round in 0..12_usize {
                // Every third chunk equals the one before.
                let chunk = [b'a' + u8::try_from((client + round - round % 3) % 26).unwrap(); 5];
                let is_last = round == 11;
                for _ in 0..(client * 7 + round * 5) % 3 {
                    engine
                        .upload_unheard(session, &chunk, is_last)
                        .await
                        .unwrap();
                }
                let done = engine.send(session, &chunk, is_last).await.unwrap();
                done.receipt.delivered();
                sent.extend_from_slice(&chunk);
                assert_eq!(done.total, sent.len() as u64);
            }
            assert_eq!(engine.content(session).await, sent);
        }
    });
    clients.buffer_unordered(24).collect::<Vec<_>>().await;
}
