//! Telling the database which answers to submissions were lost.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{Mutex, mpsc},
    task::JoinHandle,
    time::sleep,
};
use tracing::warn;
use uuid::Uuid;

use crate::engine::{Answers, End, LostAnswer};

use super::{
    item::{SubmissionId, TransactionId},
    repository::FaxRepository,
};

/// How long after a failure the database is told again.
const RETRY: Duration = Duration::from_secs(1);

type FaxAnswers = Answers<SubmissionId, TransactionId>;
type Lost = LostAnswer<SubmissionId, TransactionId>;

/// Held while the database is told that an answer was lost, or is given again: what it was told
/// last would otherwise be by chance what happened first.
pub type Telling = Arc<Mutex<()>>;

/// Starts telling, until the handle that is returned is gone.
pub fn start(
    answers: FaxAnswers,
    telling: Telling,
    repository: Arc<dyn FaxRepository>,
    boot: Uuid,
) -> (mpsc::Sender<()>, JoinHandle<End>) {
    let (handle, handles) = mpsc::channel(1);
    let teller = Teller {
        answers,
        telling,
        repository,
        boot,
    };
    (handle, tokio::spawn(teller.run(handles)))
}

struct Teller {
    answers: FaxAnswers,
    telling: Telling,
    repository: Arc<dyn FaxRepository>,
    boot: Uuid,
}

impl Teller {
    async fn run(self, mut handles: mpsc::Receiver<()>) -> End {
        loop {
            tokio::select! {
                () = self.answers.some_lost() => {}
                _ = handles.recv() => break,
            }
            if !self.tell(self.answers.take_lost()).await {
                tokio::select! {
                    () = sleep(RETRY) => {}
                    _ = handles.recv() => break,
                }
            }
        }
        // Nobody will learn any more what became of the answers that are still on their way: the
        // next process would take them for delivered.
        if self.tell(self.answers.in_doubt()).await {
            return End::Settled;
        }
        warn!("the database could not be told which answers to submissions were lost");
        End::InDoubt
    }

    /// Whether the database knows of all of them now.
    async fn tell(&self, lost: Vec<Lost>) -> bool {
        let mut all = true;
        for lost in lost {
            let _telling = self.telling.lock().await;
            if !self.answers.matters(&lost) {
                continue;
            }
            let told = self.repository.mark_suspect(lost.about, self.boot).await;
            if told.is_ok() {
                self.answers.marked(lost);
            } else {
                self.answers.not_marked(lost);
                all = false;
            }
        }
        all
    }
}
