//! Taking a fax back: its job is killed.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::{
    Hylafax, NAME, ended, overtaken,
    parameters::tag,
    queue::{self, Found, Job},
    recover::{unreadable, was_not_submitted},
    trouble::Trouble,
};
use crate::fax::delivery::{
    Attempt, DeliveryError, Outcome, Withdrawal,
    ledger::{Entry, Phase},
};

/// How often it is looked again at an attempt that changes meanwhile.
const ROUNDS: usize = 4;
/// How long a job that is being sent may take to stop.
const STOPS_WITHIN: Duration = Duration::from_secs(5);
/// The pause between two looks at it.
const PAUSE: Duration = Duration::from_millis(100);

impl Hylafax {
    /// Takes an attempt back, whether or not the server knows it.
    pub(super) async fn take_back(&self, attempt: Attempt) -> Result<Withdrawal, DeliveryError> {
        for _ in 0..ROUNDS {
            let Some(entry) = self.ledger.withdraw(NAME, attempt).await? else {
                continue;
            };
            let answer = match &entry.phase {
                Phase::Withdrawn => return Ok(Withdrawal::Withdrawn),
                Phase::Ended(outcome) => return Ok(Withdrawal::Ended(outcome.clone())),
                // Nobody can submit its job any more once this is written down.
                Phase::Offered => Ending::Withdrawn,
                Phase::Submitting | Phase::Taken => self.stop(&entry).await?,
            };
            let (phase, answer) = match answer {
                Ending::Withdrawn => (Phase::Withdrawn, Withdrawal::Withdrawn),
                Ending::Ended(outcome) => {
                    (Phase::Ended(outcome.clone()), Withdrawal::Ended(outcome))
                }
                Ending::Again => continue,
            };
            let decided = Entry { phase, ..entry };
            if self.change(decided).await?.is_some() {
                return Ok(answer);
            }
        }
        Err(overtaken(attempt))
    }

    /// Sees to it that the server does not send a job.
    async fn stop(&self, entry: &Entry) -> Result<Ending, DeliveryError> {
        let (id, attempt) = (entry.reference.as_str(), entry.attempt);
        let tag = tag(&self.settings, attempt);
        let deadline = Instant::now() + STOPS_WITHIN;
        let mut killed = false;
        loop {
            let job = match queue::find(self.session().await?, id, &tag).await? {
                Found::Job(job) => job,
                Found::Unreadable => return Err(unreadable(id)),
                Found::Nowhere => return self.nowhere(entry).await,
            };
            if entry.phase == Phase::Submitting && was_not_submitted(&job) {
                // It was not submitted; it is deleted, and the attempt is free.
                self.recover(entry.clone()).await?;
                return Ok(Ending::Again);
            }
            if let Some(outcome) = ended::outcome(&job) {
                return Ok(ending(&job, outcome, killed));
            }
            if !killed {
                self.kill(id).await?;
                killed = true;
            }
            if Instant::now() >= deadline {
                return Err(DeliveryError::Unavailable(format!(
                    "job {id} is being sent, and the HylaFAX server has not stopped it yet"
                )));
            }
            sleep(PAUSE).await;
        }
    }

    async fn kill(&self, id: &str) -> Result<(), Trouble> {
        let mut session = self.session().await?;
        // 504: it is over since, which the next look shows.
        session.command(&format!("JKILL {id}"), &[200, 504]).await?;
        session.close().await;
        Ok(())
    }

    /// The job is in no queue of this server's.
    async fn nowhere(&self, entry: &Entry) -> Result<Ending, DeliveryError> {
        let (there, here) = (&entry.place, self.settings.place());
        if *there != here {
            return Err(DeliveryError::Unavailable(format!(
                "job {} is in the queue of {there}, and hylafax.server is {here}: kill it there \
                 (`faxrm {0}`), then `chunkgate fax finish {1} --failed 1`",
                entry.reference, entry.attempt.transaction
            )));
        }
        if entry.phase == Phase::Taken {
            let gone = ended::gone(&entry.reference, "and it is not known how it ended");
            return Ok(Ending::Ended(gone));
        }
        self.recover(entry.clone()).await?;
        Ok(Ending::Again)
    }
}

/// What follows from a look.
enum Ending {
    Withdrawn,
    Ended(Outcome),
    /// What is known of the attempt has changed.
    Again,
}

fn ending(job: &Job, outcome: Outcome, killed: bool) -> Ending {
    if killed && ended::was_killed(job) {
        Ending::Withdrawn
    } else {
        Ending::Ended(outcome)
    }
}
