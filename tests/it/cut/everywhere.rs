//! Uploads of random data and of zeros, cut at every place: what is submitted in the end is what the
//! client has sent, byte for byte.
//!
//! A client repeats what was not answered, on a new connection, and nothing else. What a proxy does
//! to it, and what becomes of a client that is killed, is done to its sockets, as the gateway sees
//! them.
//!
//! `CHUNKGATE_TEST_CUTS` is the number of uploads of each kind; `make cuts`.

use std::time::Duration;

use chunkgate::settings::DeliveryName;
use futures_util::{StreamExt, stream};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::hold_commits;
use crate::{
    crash::random::Random,
    support::{
        eventually::until,
        gateway::{Gateway, PASSWORD, USER},
        link::Link,
        request::{Request, credentials},
        soap::{Answer, chunk_parameters, read_answer},
        wire::Wire,
    },
};

/// Uploads of each kind, unless the environment says another number: each fault on each way twice.
const UPLOADS: u64 = 2 * (FAULTS.len() * TRAVELS.len()) as u64;
/// Uploads at the same time.
const AT_ONCE: usize = 6;
/// Chunks of a document, and their length; the last one is shorter.
const CHUNKS: usize = 4;
const CHUNK: usize = 6_000;
const LAST: usize = 3_001;

/// "Internal error": the protocol's invitation to send again, and how often a client does.
const INTERNAL: i64 = -150;
const ATTEMPTS: usize = 5;

/// What happens to one attempt to send a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// Nothing at all.
    None,
    /// The client has closed its sending side before it reads the answer.
    HalfClosed,
    /// The connection ends in the request.
    InTheRequest(End),
    /// It ends behind the request, and nobody reads an answer.
    BeforeTheAnswer(End),
    /// Half of the answer is read.
    InTheAnswer(End),
    /// All of the answer is read, as by a proxy, and its client never sees it.
    AfterTheAnswer(End),
    /// The answer is in the client's kernel, and the client is killed before it reads it.
    Killed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Closed,
    Reset,
    /// Its sending side was closed before.
    HalfClosed,
}

const FAULTS: [Fault; 13] = [
    Fault::InTheRequest(End::Closed),
    Fault::InTheRequest(End::Reset),
    Fault::BeforeTheAnswer(End::Closed),
    Fault::BeforeTheAnswer(End::Reset),
    Fault::BeforeTheAnswer(End::HalfClosed),
    Fault::InTheAnswer(End::Closed),
    Fault::InTheAnswer(End::Reset),
    Fault::InTheAnswer(End::HalfClosed),
    Fault::AfterTheAnswer(End::Closed),
    Fault::AfterTheAnswer(End::Reset),
    Fault::AfterTheAnswer(End::HalfClosed),
    Fault::Killed,
    Fault::HalfClosed,
];

/// How the requests of an upload travel.
#[derive(Clone, Copy, Debug)]
enum Travel {
    /// Each on a connection of its own.
    Alone,
    /// Each on a connection of its own that is half closed behind the request.
    HalfClosed,
    /// Each on a connection that the gateway closes behind its answer.
    Closed,
    /// On a connection that is kept, and made anew after a fault.
    Kept,
    /// On a proxy's connection, which lives on when an answer is lost behind it.
    Pooled,
}

const TRAVELS: [Travel; 5] = [
    Travel::Alone,
    Travel::HalfClosed,
    Travel::Closed,
    Travel::Kept,
    Travel::Pooled,
];

fn uploads() -> u64 {
    let given = std::env::var("CHUNKGATE_TEST_CUTS").ok();
    given.map_or(UPLOADS, |uploads| {
        uploads.parse().expect("CHUNKGATE_TEST_CUTS is a number")
    })
}

async fn gateway() -> Gateway {
    Gateway::with(|settings| {
        settings.fax.delivery = DeliveryName::Spool;
        settings.server.listen = ([0, 0, 0, 0], 0).into();
        settings.http.keep_alive = Duration::from_mins(1);
    })
    .await
}

fn chunks(random: &mut Random, zeros: bool) -> Vec<Vec<u8>> {
    let chunk = |number: usize| {
        let length = if number + 1 == CHUNKS { LAST } else { CHUNK };
        if zeros {
            vec![0; length]
        } else {
            random.bytes(length as u64)
        }
    };
    (0..CHUNKS).map(chunk).collect()
}

/// A client on its way through one upload.
struct Upload<'a> {
    gateway: &'a Gateway,
    travel: Travel,
    kept: Option<TcpStream>,
    session: String,
}

impl<'a> Upload<'a> {
    async fn start(gateway: &'a Gateway, travel: Travel) -> Self {
        let session = gateway.client().start().await;
        Self {
            gateway,
            travel,
            kept: None,
            session,
        }
    }

    fn request(&self, chunk: &[u8], is_last: bool) -> Vec<u8> {
        let parameters = chunk_parameters(&self.session, chunk, is_last);
        let request = Request::soap_11("UploadFileChunk", &parameters);
        let request = match self.travel {
            Travel::Alone | Travel::HalfClosed | Travel::Kept => request,
            Travel::Closed => request.header("Connection", "close"),
            Travel::Pooled => request.header("X-Forwarded-For", "192.0.2.1"),
        };
        request.bytes()
    }

    /// Sends a chunk until it is answered, once with this fault.
    async fn chunk(&mut self, chunk: &[u8], is_last: bool, fault: Fault) -> i64 {
        let request = self.request(chunk, is_last);
        let mut fault = fault;
        for _ in 0..ATTEMPTS {
            let answer = self.attempt(&request, fault).await;
            let result = answer.map_or(INTERNAL, |answer| answer.result("UploadFileChunk"));
            if result != INTERNAL {
                return result;
            }
            fault = Fault::None;
        }
        INTERNAL
    }

    /// One attempt; none if no answer has come to the client.
    async fn attempt(&mut self, request: &[u8], fault: Fault) -> Option<Answer> {
        let mut connection = match self.kept.take() {
            Some(kept) => kept,
            None => connect(self.gateway).await,
        };
        let half_closed = match fault {
            Fault::HalfClosed => true,
            Fault::BeforeTheAnswer(end) | Fault::InTheAnswer(end) | Fault::AfterTheAnswer(end) => {
                end == End::HalfClosed
            }
            Fault::None | Fault::InTheRequest(_) | Fault::Killed => false,
        } || matches!(self.travel, Travel::HalfClosed);
        let sent = match fault {
            Fault::InTheRequest(_) => &request[..request.len() - 1],
            _ => request,
        };
        connection.write_all(sent).await.expect("the gateway reads");
        if half_closed {
            connection.shutdown().await.expect("half a close");
        }
        match fault {
            Fault::InTheRequest(end) | Fault::BeforeTheAnswer(end) => {
                end.happen(connection);
                None
            }
            Fault::Killed => {
                connection.readable().await.expect("an answer comes");
                drop(connection);
                None
            }
            Fault::InTheAnswer(end) => {
                connection
                    .read_exact(&mut [0; 200])
                    .await
                    .expect("half of it");
                end.happen(connection);
                None
            }
            Fault::AfterTheAnswer(end) => {
                read_answer(&mut connection).await;
                if matches!(self.travel, Travel::Pooled) && end == End::Closed {
                    self.kept = Some(connection);
                } else {
                    end.happen(connection);
                }
                None
            }
            Fault::None | Fault::HalfClosed => {
                let answer = timeout(Duration::from_secs(30), read_answer(&mut connection)).await;
                let keeps = matches!(self.travel, Travel::Kept | Travel::Pooled);
                self.kept = (keeps && !half_closed).then_some(connection);
                Some(answer.expect("an answer in time"))
            }
        }
    }

    /// Submits the document, and looks at what the gateway takes for it.
    async fn submit(&self, document: &[u8]) -> Result<(), String> {
        let parameters = format!(
            "{}<FaxNumbers>+1-212-5550100</FaxNumbers><FileTypes>TXT</FileTypes>\
             <FileSizes>{}/sessionID={}</FileSizes>",
            credentials(USER, PASSWORD),
            document.len(),
            self.session
        );
        let order = Request::soap_11("SendfaxEx_2", &parameters);
        let mut wire = Wire::connect(self.gateway.address).await;
        let lost = wire.ask(&order).await.result("SendfaxEx_2");
        // The answer was lost, too.
        drop(wire);
        let mut wire = Wire::connect(self.gateway.address).await;
        let answer = wire.ask(&order).await.result("SendfaxEx_2");
        if lost <= 0 || answer != lost {
            return Err(format!("the submission gets {lost}, then {answer}"));
        }
        let id = self.gateway.session(&self.session).await;
        let content = self.gateway.content(id).await;
        if content != document {
            return Err(format!("{} bytes of {}", content.len(), document.len()));
        }
        Ok(())
    }
}

impl End {
    fn happen(self, connection: TcpStream) {
        if self == Self::Reset {
            let socket = socket2::SockRef::from(&connection);
            socket.set_linger(Some(Duration::ZERO)).expect("an option");
        }
        drop(connection);
    }
}

async fn connect(gateway: &Gateway) -> TcpStream {
    let connection = TcpStream::connect(("127.0.0.1", gateway.address.port())).await;
    let connection = connection.expect("a connection");
    connection.set_nodelay(true).expect("an option");
    connection
}

/// One upload with faults at up to two of its chunks; what is wrong with it in the end.
async fn upload(gateway: &Gateway, number: u64, mut random: Random, zeros: bool) -> Option<String> {
    let pick = |number: u64, of: usize| usize::try_from(number).expect("short") % of;
    // Every fault on every way, at each chunk.
    let fault = FAULTS[pick(number, FAULTS.len())];
    let travel = TRAVELS[pick(number / FAULTS.len() as u64, TRAVELS.len())];
    let at = pick(random.next(), CHUNKS);
    let another = FAULTS[pick(random.next(), FAULTS.len())];
    let another_at = pick(random.next(), 2 * CHUNKS);
    let chunks = chunks(&mut random, zeros);
    let mut upload = Upload::start(gateway, travel).await;
    let mut last = 0;
    for (index, chunk) in chunks.iter().enumerate() {
        let fault = match index {
            _ if index == at => fault,
            _ if index == another_at => another,
            _ => Fault::None,
        };
        let is_last = index + 1 == CHUNKS;
        last = upload.chunk(chunk, is_last, fault).await;
    }
    let document = chunks.concat();
    let told = |what: String| {
        format!(
            "upload {number}, {travel:?}, {fault:?} at {at}, {another:?} at {another_at}: {what}"
        )
    };
    if last <= 0 {
        return Some(told(format!("the last chunk gets {last}")));
    }
    upload.submit(&document).await.err().map(told)
}

async fn cut_everywhere(zeros: bool) {
    let mut random = Random::announced();
    let gateway = gateway().await;
    let uploads = stream::iter(0..uploads()).map(|number| {
        let (gateway, random) = (&gateway, random.split());
        upload(gateway, number, random, zeros)
    });
    let ended: Vec<_> = uploads.buffer_unordered(AT_ONCE).collect().await;
    let wrong: Vec<_> = ended.iter().flatten().collect();
    eprintln!("{} of {} uploads are wrong", wrong.len(), ended.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_data_is_stored_once_wherever_it_is_cut() {
    cut_everywhere(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn zeros_are_stored_as_often_as_they_were_meant_wherever_they_are_cut() {
    cut_everywhere(true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn zeros_without_any_fault_are_all_stored_and_kept_or_half_closed_connections_need_no_sizes()
{
    let gateway = gateway().await;
    for travel in TRAVELS {
        let mut upload = Upload::start(&gateway, travel).await;
        let mut total = 0;
        for index in 0..8 {
            let chunk = [0; CHUNK];
            total += CHUNK;
            let answer = upload.chunk(&chunk, index == 7, Fault::None).await;
            assert_eq!(answer, i64::try_from(total).unwrap(), "{travel:?}");
        }
        upload.submit(&vec![0; total]).await.expect("it is right");
    }
    gateway.stop().await;
}

/// The answer stays in the gateway's kernel, unacknowledged, while the client comes another way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chunk_whose_answer_a_dead_link_holds_is_stored_once() {
    let Some(link) = Link::make() else { return };
    let gateway = gateway().await;
    let mut random = Random::announced();
    // A link at a time; the other faults are many at once.
    for number in 0..uploads() / 12 {
        let zeros = number % 2 == 1;
        let at = usize::try_from(number / 2).expect("short") % CHUNKS;
        let chunks = chunks(&mut random, zeros);
        let mut upload = Upload::start(&gateway, Travel::Alone).await;
        let mut total = 0;
        for (index, chunk) in chunks.iter().enumerate() {
            let is_last = index + 1 == CHUNKS;
            let request = upload.request(chunk, is_last);
            let dead = if index == at {
                Some(answered_into_a_dead_link(&gateway, &link, &upload.session, &request).await)
            } else {
                None
            };
            let answer = upload.attempt(&request, Fault::None).await;
            total += chunk.len();
            let told = answer.expect("no fault").result("UploadFileChunk");
            // Known for certain, so even zeros are counted once.
            assert_eq!(
                told,
                i64::try_from(total).unwrap(),
                "upload {number}, chunk {index}"
            );
            drop(dead);
            link.revive();
        }
        upload.submit(&chunks.concat()).await.expect("it is right");
    }
    gateway.stop().await;
}

/// Sends a request through the link, which dies before it can be answered.
async fn answered_into_a_dead_link(
    gateway: &Gateway,
    link: &Link,
    session: &str,
    request: &[u8],
) -> TcpStream {
    let mut connection = link.connect(gateway.address.port());
    let lock = hold_commits(gateway, session).await;
    connection.write_all(request).await.expect("the link works");
    let sql = gateway.database.connect().await;
    let waiting = "SELECT count(*) FROM pg_stat_activity
                   WHERE datname = current_database() AND wait_event_type = 'Lock'";
    until("the commit waits", || async {
        sql.query_one(waiting, &[])
            .await
            .expect("a row")
            .get::<_, i64>(0)
            > 0
    })
    .await;
    link.die();
    let id = gateway.session(session).await;
    let appends = format!("SELECT appends FROM upload_session WHERE id = {id}");
    let appends = || async {
        sql.query_one(&appends, &[])
            .await
            .expect("a row")
            .get::<_, i64>(0)
    };
    let before = appends().await;
    lock.batch_execute("ROLLBACK").await.expect("released");
    until("it is committed", || async { appends().await > before }).await;
    connection
}
