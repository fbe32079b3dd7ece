//! Handing a fax over.

use std::time::Instant;

use time::OffsetDateTime;
use tracing::warn;

use super::{
    Hylafax, NAME, documents, ended, overtaken,
    parameters::{parameters, tag},
    queue::{self, Found},
    recover::Recovered,
    session::Session,
    trouble::Trouble,
};
use crate::fax::{
    delivery::{
        Attempt, DeliveryError, Fax, Outcome,
        ledger::{Entry, Phase},
    },
    outcome::INVALID_NUMBER,
};

impl Hylafax {
    /// Gets the fax into the server's queue once, or finds that it is there or was taken back.
    pub(super) async fn submit(&self, fax: &Fax) -> Result<(), DeliveryError> {
        if let Some(entry) = self.ledger.find(NAME, fax.attempt).await? {
            if entry.phase.is_settled() {
                return Ok(());
            }
            match self.recover(entry).await? {
                Recovered::Over => return Ok(()),
                Recovered::Free => {}
            }
        }
        if let Some(text) = documents::not_taken(&fax.documents) {
            return self.refuse(fax, Outcome::Refused { text }).await;
        }
        let now = OffsetDateTime::now_utc();
        let Some(parameters) = parameters(&self.settings, fax, now) else {
            return self.refuse(fax, INVALID_NUMBER.outcome()).await;
        };
        let mut session = self.session().await?;
        let stored = documents::store(&mut session, fax, &self.settings.scratch).await?;
        // By now others may have done what is to be done.
        in_time(fax)?;
        let Some(entry) = self.ledger.offer(NAME, fax.attempt).await? else {
            return Ok(());
        };
        if entry.phase.is_settled() {
            return Ok(());
        }
        if entry.phase != Phase::Offered || !entry.reference.is_empty() {
            return Err(overtaken(fax.attempt));
        }
        let entry = self
            .make_job(&mut session, entry, &parameters, &stored)
            .await?;
        in_time(fax)?;
        self.submit_job(session, entry).await
    }

    /// Makes the job, and writes its number down.
    async fn make_job(
        &self,
        session: &mut Session,
        entry: Entry,
        parameters: &[String],
        stored: &[String],
    ) -> Result<Entry, DeliveryError> {
        for parameter in parameters {
            session.command(parameter, &[200, 213]).await?;
        }
        let made = session.command("JNEW", &[200]).await?;
        let id = job_id(&made.text).ok_or_else(|| Trouble::Nonsense {
            during: "JNEW".to_owned(),
            said: made.said(),
        })?;
        let numbered = Entry {
            reference: id,
            place: self.settings.place(),
            ..entry
        };
        // If somebody else was faster, the job goes with the session.
        let numbered = self.decide(numbered).await?;
        for name in stored {
            let document = format!("JPARM DOCUMENT {name}");
            session.command(&document, &[200]).await?;
        }
        Ok(numbered)
    }

    /// Submits the job, after it was written down that it may be.
    async fn submit_job(&self, mut session: Session, entry: Entry) -> Result<(), DeliveryError> {
        let attempt = entry.attempt;
        let submitting = Entry {
            phase: Phase::Submitting,
            ..entry
        };
        let submitting = self.decide(submitting).await?;
        let id = submitting.reference.clone();
        let submitted = session.command(&format!("JSUBM {id}"), &[200]).await;
        let Err(error) = submitted else {
            session.close().await;
            return self.taken(submitting).await;
        };
        // The scheduler may have it all the same, if it was started just now; this session takes the
        // job's description along when it ends, but not a call that has begun. If it can be killed, it
        // was there, and is not any more.
        let mut was_killed = false;
        if matches!(error, Trouble::Refused { .. }) {
            let killed = session.say(&format!("JKILL {id}"), "JKILL").await;
            was_killed = killed.is_ok_and(|reply| reply.code == 200);
            session.close().await;
        } else {
            drop(session);
        }
        let why = match &error {
            Trouble::Refused { said, .. } => format!(
                "the HylaFAX server does not take job {id} ({said}): see whether faxq runs there"
            ),
            other => other.to_string(),
        };
        if was_killed {
            self.delete_killed(&id, attempt).await;
        }
        match self.recover(submitting).await {
            Ok(Recovered::Over) => Ok(()),
            Ok(Recovered::Free) => Err(DeliveryError::Unavailable(why)),
            Err(error) => Err(DeliveryError::Unavailable(format!(
                "{why}; whether it has it all the same is not known: {error}"
            ))),
        }
    }

    /// Removes a job that we have killed, so that nobody takes it for one that was.
    async fn delete_killed(&self, id: &str, attempt: Attempt) {
        let tag = tag(&self.settings, attempt);
        let deleted = async {
            let found = queue::find(self.session().await?, id, &tag).await?;
            if matches!(&found, Found::Job(job) if ended::was_killed(job)) {
                self.delete(id).await?;
            }
            Ok::<_, Trouble>(())
        };
        if let Err(error) = deleted.await {
            warn!(%attempt, %error, "a job that HylaFAX would not take could not be removed");
        }
    }

    /// The server has it.
    pub(super) async fn taken(&self, entry: Entry) -> Result<(), DeliveryError> {
        let taken = Entry {
            phase: Phase::Taken,
            ..entry
        };
        self.decide(taken).await.map(drop)
    }

    /// The fax ends before the server has heard of it.
    async fn refuse(&self, fax: &Fax, outcome: Outcome) -> Result<(), DeliveryError> {
        let Some(entry) = self.ledger.offer(NAME, fax.attempt).await? else {
            return Ok(());
        };
        if entry.phase.is_settled() {
            return Ok(());
        }
        let ended = Entry {
            phase: Phase::Ended(outcome),
            ..entry
        };
        self.decide(ended).await.map(drop)
    }
}

/// What is decided about the fax after this moment must not be overtaken.
fn in_time(fax: &Fax) -> Result<(), DeliveryError> {
    if Instant::now() < fax.until {
        return Ok(());
    }
    let problem = "handing the fax over to the HylaFAX server took longer than it may (a part of \
                   fax.lease): see whether the server or the network is too slow";
    Err(DeliveryError::Unavailable(problem.to_owned()))
}

/// The number in `New job created: jobid: 12 groupid: 12.`
fn job_id(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("jobid: ")?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let id = &rest[..digits];
    super::queue::is_number(id).then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::job_id;

    #[test]
    fn the_number_of_a_new_job() {
        let made = "New job created: jobid: 12 groupid: 12.";
        assert_eq!(job_id(made).as_deref(), Some("12"));
        for odd in [
            "New job created.",
            "jobid: x",
            "jobid: ",
            "jobid: 1234567890123",
        ] {
            assert_eq!(job_id(odd), None, "{odd}");
        }
    }
}
