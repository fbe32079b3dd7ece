//! Finding out what became of a job that somebody began to make.

use std::time::Duration;

use tokio::time::sleep;

use super::{
    Hylafax, ended, overtaken,
    parameters::tag,
    queue::{self, Found, Job, State},
    trouble::Trouble,
};
use crate::fax::delivery::{
    Attempt, DeliveryError,
    ledger::{Entry, Phase},
};

/// After this time a job stays as it was found. Whoever submitted one at the very moment at which it
/// was deleted has written its description once more, and a session that ends while the scheduler
/// takes its job may take the description along.
const SETTLES_WITHIN: Duration = Duration::from_millis(200);

/// What was found out.
pub(super) enum Recovered {
    /// The server has the fax, or it has ended; there is nothing more to do.
    Over,
    /// It has no job and never will have, but for a new one.
    Free,
}

impl Hylafax {
    /// Looks for the job of an attempt that was begun, in every queue: adopts it if it was
    /// submitted, deletes it if not.
    pub(super) async fn recover(&self, entry: Entry) -> Result<Recovered, DeliveryError> {
        let attempt = entry.attempt;
        let tag = tag(&self.settings, attempt);
        let mut jobs = self.strays(&tag).await?;
        let noted = entry.reference.clone();
        if !noted.is_empty() && !jobs.contains(&noted) {
            jobs.push(noted);
        }
        for id in jobs {
            match self.settle_job(attempt, &id, &tag).await? {
                Found::Nowhere => {}
                Found::Job(_) => {
                    let adopted = Entry {
                        reference: id,
                        place: self.settings.place(),
                        ..entry
                    };
                    self.taken(adopted).await?;
                    return Ok(Recovered::Over);
                }
                Found::Unreadable => return Err(unreadable(&id)),
            }
        }
        if let Some(why) = self.may_have_been_sent(&entry) {
            let ended = Entry {
                phase: Phase::Ended(ended::gone(&entry.reference, &why)),
                ..entry
            };
            self.decide(ended).await?;
            return Ok(Recovered::Over);
        }
        let free = Entry {
            phase: Phase::Offered,
            reference: String::new(),
            place: String::new(),
            ..entry
        };
        self.decide(free).await?;
        Ok(Recovered::Free)
    }

    /// The jobs with this tag that are not over: also those whose number nobody could write down.
    async fn strays(&self, tag: &str) -> Result<Vec<String>, Trouble> {
        let listed = queue::list(self.session().await?, tag).await?;
        let ours = listed.into_iter().filter(|job| job.tag == tag);
        Ok(ours.map(|job| job.id).collect())
    }

    /// Looks for one job, twice. If it was not submitted, it is deleted, and so is nowhere.
    async fn settle_job(
        &self,
        attempt: Attempt,
        id: &str,
        tag: &str,
    ) -> Result<Found, DeliveryError> {
        let found = queue::find(self.session().await?, id, tag).await?;
        let Found::Job(job) = &found else {
            return Ok(found);
        };
        if was_not_submitted(job) {
            self.delete(id).await?;
        }
        sleep(SETTLES_WITHIN).await;
        let found = queue::find(self.session().await?, id, tag).await?;
        match &found {
            Found::Job(job) if was_not_submitted(job) => Err(overtaken(attempt)),
            Found::Job(_) | Found::Nowhere | Found::Unreadable => Ok(found),
        }
    }

    /// Deletes a job that is over, or was not submitted.
    pub(super) async fn delete(&self, id: &str) -> Result<(), Trouble> {
        let mut session = self.session().await?;
        // 500: somebody else has deleted it; a look tells.
        session.command(&format!("JDELE {id}"), &[200, 500]).await?;
        session.close().await;
        Ok(())
    }

    /// Why an attempt whose job is in no queue may have been sent all the same.
    pub(super) fn may_have_been_sent(&self, entry: &Entry) -> Option<String> {
        if entry.phase != Phase::Submitting {
            return None;
        }
        let (kept, place) = (self.settings.jobs_kept, self.settings.place());
        if entry.place != place {
            return Some(format!(
                "which is {place}; it may be in that of {}",
                entry.place
            ));
        }
        (entry.age >= kept).then(|| {
            format!("and may have been sent and cleaned away (hylafax.jobs_kept is {kept:?})")
        })
    }
}

/// Whether nobody has submitted a job. A scheduler that is started looks at all there are, and throws
/// away what has no documents yet.
pub(super) fn was_not_submitted(job: &Job) -> bool {
    job.state == State::Suspended || ended::had_no_documents(job)
}

pub(super) fn unreadable(id: &str) -> DeliveryError {
    DeliveryError::Unavailable(format!(
        "the description of job {id} cannot be read on the HylaFAX server at this moment"
    ))
}
