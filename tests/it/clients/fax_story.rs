//! What a client program does to send faxes: it asks what is taken, uploads two documents and
//! submits them, waits until they were sent, looks them up in every way there is, sends others
//! inline, cancels a batch, gets an image, hides a fax and sends it again.
//!
//! Here is the consumer of the spool, too, which knows what came through byte for byte.

use std::{
    collections::BTreeMap,
    fs,
    io::ErrorKind,
    ops::Deref,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use base64_simd::STANDARD;
use serde_json::Value;
use time::OffsetDateTime;
use tokio::task::JoinHandle;

use super::{
    program::{Program, in_repository, run},
    stage::Stage,
};
use crate::support::{
    eventually::until,
    gateway::{Gateway, PASSWORD, USER},
    request::credentials,
};

/// The size of a chunk, in bytes: the last one begins in one document and ends in the other.
const CHUNK: usize = 200_000;
/// The second document, which is also sent inline. UTF-8 has more bytes for it than characters.
const TEXT: &str = "Grüße aus Köln & <Übersee>\nüber 10 € und mehr\n";
/// The numbers that the programs send to.
const NUMBER: &str = "+1-212-5550100";
const OTHER_NUMBER: &str = "+49 30 5550199";
/// The subject of the first fax.
const SUBJECT: &str = "Angebot für März";
/// How a consumer says that a fax was sent.
const SENT: &str = "done\npages 3\nduration 42\nremote-csid TEST\n";

/// A stage, two documents, and a consumer that sends every fax.
pub struct FaxStory {
    stage: Stage,
    pdf: Vec<u8>,
    has_images: bool,
    refused_status: &'static str,
    sent: Sent,
    consumer: JoinHandle<()>,
    begun: OffsetDateTime,
}

impl Deref for FaxStory {
    type Target = Stage;

    fn deref(&self) -> &Stage {
        &self.stage
    }
}

impl FaxStory {
    pub async fn begin() -> Self {
        let begun = OffsetDateTime::now_utc();
        let gateway = Gateway::with(|settings| {
            settings.fax.poll_interval = Duration::from_millis(20);
            settings.fax.status_polls_per_minute = 0;
        });
        let stage = Stage::of(gateway.await);
        let pdf = fs::read(in_repository("tests/data/sample.pdf")).expect("the sample");
        fs::write(stage.path("document.pdf"), &pdf).expect("a document");
        fs::write(stage.path("document.txt"), TEXT).expect("a document");
        let sent = Sent::default();
        let spool = stage.gateway.directory.path().join("spool/new");
        Self {
            stage,
            pdf,
            has_images: Program("ghostscript").is_here().await,
            refused_status: "-1003",
            consumer: tokio::spawn(consume(spool, Arc::clone(&sent))),
            sent,
            begun,
        }
    }

    /// The same for a program that says this of the status after a wrong password.
    pub async fn with_refused_status(refused_status: &'static str) -> Self {
        Self {
            refused_status,
            ..Self::begin().await
        }
    }

    /// What a program is told of what it has to do: user, password, both documents, chunk size,
    /// and whether it is to get an image.
    pub fn task(&self) -> Vec<String> {
        let image = if self.has_images { "image" } else { "no image" };
        vec![
            USER.to_owned(),
            PASSWORD.to_owned(),
            self.path("document.pdf"),
            self.path("document.txt"),
            CHUNK.to_string(),
            image.to_owned(),
        ]
    }

    /// The address of the description, and the [`task`](Self::task).
    pub fn arguments(&self) -> Vec<String> {
        [self.wsdl()].into_iter().chain(self.task()).collect()
    }

    /// Compares the lines a program printed with what the gateway must have answered, and what came
    /// through the spool with the documents.
    pub async fn check(&self, printed: &str) {
        let lines: Vec<&str> = printed.lines().map(str::trim_end).collect();
        let ids = Ids::of(printed);
        assert_eq!(lines, self.expected(&ids).await);
        let submitted = number(printed, "submitted ");
        let now = OffsetDateTime::now_utc().unix_timestamp();
        assert!(
            (self.begun.unix_timestamp()..=now).contains(&submitted),
            "submitted at another time: {submitted}, and now it is {now}"
        );

        self.came_through([
            self.both(ids.fax, NUMBER),
            text_alone(ids.inline),
            text_alone(ids.text),
            self.both(ids.again, OTHER_NUMBER),
        ])
        .await;
    }

    /// A fax of both documents.
    fn both(&self, id: i64, number: &str) -> (i64, Fax) {
        let pdf = ("PDF".to_owned(), self.pdf.clone());
        (id, (number.to_owned(), vec![pdf, text()]))
    }

    /// Whether these faxes came through the spool, and no others.
    pub async fn came_through<const N: usize>(&self, faxes: [(i64, Fax); N]) {
        until("last fax in the spool", async || self.sent().len() >= N).await;
        assert!(*self.sent() == BTreeMap::from(faxes), "other faxes");
    }

    fn sent(&self) -> MutexGuard<'_, BTreeMap<i64, Fax>> {
        self.sent.lock().expect("no panic")
    }

    /// Stops consumer and gateway.
    pub async fn stop(self) {
        self.consumer.abort();
        self.stage.gateway.stop().await;
    }

    /// [`check`](Self::check)s, and stops.
    pub async fn end(self, printed: &str) {
        self.check(printed).await;
        self.stop().await;
    }

    /// What a program prints of what the gateway takes, and of its codes.
    pub async fn catalogue(&self) -> Vec<String> {
        let answer = self.gateway.client().call("GetAllErrorCodes", "").await;
        let codes = answer.body.matches("<ErrorMessage>").count();
        vec![
            format!("types {}", self.gateway.settings.fax.file_types.join(";")),
            "PDF true".to_owned(),
            "XYZ false".to_owned(),
            "-1062 session unknown, expired, cancelled, closed or used".to_owned(),
            format!("codes {codes}"),
        ]
    }

    async fn expected(&self, ids: &Ids) -> Vec<String> {
        let (fax, total) = (ids.fax, self.pdf.len() + TEXT.len());
        let mut lines = self.catalogue().await;
        lines.extend([
            format!("total {CHUNK}"),
            format!("total {total}"),
            format!("fax {fax}"),
            format!("same session {fax}"),
            format!("status 0, 3 pages to {NUMBER}, result 0, 1 listed"),
            format!("subject {SUBJECT}"),
            "details Ann, 4711, +49 30 1234567, TEST, A4, trial 1".to_owned(),
            "query 0, 1 listed, 42 s, 0 units".to_owned(),
            format!("submitted {}", ids.submitted),
            "search 0, 1 listed, 1 in batch, 1 of status 0, 1 in all".to_owned(),
            format!("xml {fax} {SUBJECT}"),
            format!("inline {}", ids.inline),
            format!("text {}", ids.text),
            format!("batch {}", ids.batch),
            "batch of 3, completed in year 1, postponed by 24 h".to_owned(),
            "cancel batch 0".to_owned(),
            "cancel again -1005".to_owned(),
            "cancelled with status 900001".to_owned(),
        ]);
        if self.has_images {
            // "II", and 42 in two bytes.
            lines.push(format!("image 49492a00, {} bytes", self.image(fax).await));
        }
        lines.extend([
            "hide 0".to_owned(),
            "hidden, 0 listed".to_owned(),
            format!("again {}", ids.again),
            format!("wrong password -1003, status {}", self.refused_status),
        ]);
        lines
    }

    /// The size of a fax' image.
    async fn image(&self, id: i64) -> usize {
        let parameters =
            credentials(USER, PASSWORD) + &format!("<TransactionID>{id}</TransactionID>");
        let answer = self.gateway.client().call("GetFaxImage", &parameters).await;
        assert_eq!(answer.result("GetFaxImage"), 0);
        let image = answer.text("Image").expect("an image");
        STANDARD.decode_to_vec(image).expect("base64").len()
    }
}

/// Runs a client program, in a place whose clock is not UTC's.
pub async fn perform(program: &str, arguments: impl IntoIterator<Item = String>) -> String {
    let place = ["TZ=Asia/Kolkata", "LC_ALL=C.UTF-8", program].map(str::to_owned);
    run("env", place.into_iter().chain(arguments)).await
}

/// The number in the line that begins like this.
pub fn number(printed: &str, begin: &str) -> i64 {
    printed
        .lines()
        .find_map(|line| line.strip_prefix(begin)?.trim_end().parse().ok())
        .unwrap_or_else(|| panic!("no line \"{begin}<number>\" in\n{printed}"))
}

/// What a program cannot know before.
struct Ids {
    fax: i64,
    submitted: i64,
    inline: i64,
    text: i64,
    batch: i64,
    again: i64,
}

impl Ids {
    fn of(printed: &str) -> Self {
        let ids = Self {
            fax: number(printed, "fax "),
            submitted: number(printed, "submitted "),
            inline: number(printed, "inline "),
            text: number(printed, "text "),
            batch: number(printed, "batch "),
            again: number(printed, "again "),
        };
        let order = [0, ids.fax, ids.inline, ids.text, ids.batch, ids.again];
        assert!(order.is_sorted_by(|a, b| a < b), "no new faxes: {order:?}");
        ids
    }
}

/// A fax of the text.
pub fn text_alone(id: i64) -> (i64, Fax) {
    (id, (NUMBER.to_owned(), vec![text()]))
}

fn text() -> (String, Vec<u8>) {
    ("TXT".to_owned(), TEXT.as_bytes().to_vec())
}

/// A recipient, and the type and the bytes of each document.
pub type Fax = (String, Vec<(String, Vec<u8>)>);
/// What the consumer has sent, by transaction.
type Sent = Arc<Mutex<BTreeMap<i64, Fax>>>;

/// Takes whatever lies in a spool, until it is aborted.
async fn consume(spool: PathBuf, sent: Sent) {
    loop {
        for entry in fs::read_dir(&spool).expect("a spool") {
            let directory = entry.expect("an entry").path();
            if !directory.join("fax.json").exists() || !take(&directory) {
                continue;
            }
            let (id, fax) = look(&directory);
            sent.lock().expect("no panic").insert(id, fax);
            fs::write(directory.join("status.tmp"), SENT).expect("a file in the spool");
            fs::rename(directory.join("status.tmp"), directory.join("status")).expect("a status");
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn take(directory: &Path) -> bool {
    let taken = fs::create_dir(directory.join("taken"));
    taken.map_or_else(
        |error| {
            let kinds = [ErrorKind::AlreadyExists, ErrorKind::NotFound];
            assert!(kinds.contains(&error.kind()), "{error}");
            false
        },
        |()| true,
    )
}

fn look(directory: &Path) -> (i64, Fax) {
    let read = |name: &str| fs::read(directory.join(name)).expect("a file of a fax");
    let fax: Value = serde_json::from_slice(&read("fax.json")).expect("JSON");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let documents = fax["documents"].as_array().expect("documents");
    let documents = documents.iter().map(|document| {
        let bytes = read(document["file"].as_str().expect("a name"));
        (text(&document["type"]), bytes)
    });
    let id = fax["transaction"].as_i64().expect("a number");
    (id, (text(&fax["recipient"]), documents.collect()))
}
