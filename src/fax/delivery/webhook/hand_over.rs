//! Posting an attempt.

use std::{sync::Arc, time::Instant};

use tracing::warn;

use super::{
    Webhook,
    answer::{Answer, judge},
    body::{Fate, FaxBody},
    connect::Connection,
    description::describe,
    documents::measure,
    exchange::{Head, Reply, exchange, request},
    key::key_of,
    no_answer,
    said::Said,
    signature, unix_time,
};
use crate::fax::{
    delivery::{
        DeliveryError, Fax, Outcome, Report,
        ledger::{Entry, Phase},
    },
    outcome::NO_OUTCOME,
};

/// How often an attempt is begun that others change at the same time.
const TRIES: usize = 8;

/// An attempt that may be posted.
struct Begun {
    entry: Entry,
    /// Whether it certainly never was before.
    first: bool,
}

/// What came of posting it.
struct Posted {
    reply: Result<Reply, String>,
    fate: Arc<Fate>,
}

impl Webhook {
    /// Posts a fax, after whoever posts the same attempt.
    pub(super) async fn hand_over_in_turn(
        &self,
        fax: &Fax,
    ) -> Result<Option<Outcome>, DeliveryError> {
        let Some(_turn) = self.turns.take(fax.attempt).await else {
            let why = "the same attempt is being posted already".to_owned();
            return Err(DeliveryError::Unavailable(why));
        };
        // Before the content is opened: it need not be there any more.
        if let Some(known) = self.rows.find(fax.attempt).await?
            && known.phase.is_settled()
        {
            return Ok(None);
        }
        // Before the attempt is known: content that cannot be read leaves no trace.
        let digests = measure(fax).await?;
        let Some(offered) = self.rows.offer(fax.attempt).await? else {
            return Ok(None);
        };
        if offered.phase.is_settled() {
            return Ok(None);
        }
        if offered.phase == Phase::Submitting {
            self.same_place(&offered, &self.target)?;
            if offered.age >= self.keys_kept {
                return self.ended(fax, nobody_knows()).await;
            }
        }
        // Before it may have been posted: a service that is away changes nothing.
        let connection = self.connector.connect(&self.target).await;
        let connection = connection.map_err(DeliveryError::Unavailable)?;
        let Some(begun) = self.begin(fax, offered).await? else {
            return Ok(None);
        };
        let key = &begun.entry.reference;
        let posted = self.post_fax(connection, fax, key, digests).await;
        self.follow(fax, &begun, posted.map_err(|error| ours(&error))?)
            .await
    }

    /// Posts a fax whose row says so.
    async fn post_fax(
        &self,
        connection: Box<dyn Connection>,
        fax: &Fax,
        key: &str,
        digests: Vec<String>,
    ) -> Result<Posted, String> {
        let description = describe(fax, key, &digests).map_err(|error| error.to_string())?;
        let body = FaxBody::new(fax, &description, digests)?;
        let fate = body.fate();
        let head = Head {
            content_type: &body.content_type(),
            length: body.length(),
            key,
            signature: &signature::sign(&self.secret, unix_time(), &description),
        };
        let request = request(&self.target, &head, body)?;
        let reply = exchange(connection, request, self.longest_silence).await;
        Ok(Posted { reply, fate })
    }

    /// Writes down what follows from the answer.
    async fn follow(
        &self,
        fax: &Fax,
        begun: &Begun,
        posted: Posted,
    ) -> Result<Option<Outcome>, DeliveryError> {
        if let Some(broken) = posted.fate.broken() {
            // Its end was never sent.
            self.unbegin(begun).await?;
            return Err(broken.into());
        }
        let reply = posted.reply.map_err(|why| no_answer(&self.target, &why))?;
        let answer = judge(&self.target, &reply);
        if !posted.fate.is_complete() && claims_to_have_it(&answer) {
            let why = "it said that it has the fax before it had all of it";
            return Err(no_answer(&self.target, why));
        }
        match answer {
            Answer::Said(Said::Accepted { progress }) => self.taken(fax, progress).await,
            Answer::Noted => self.taken(fax, String::new()).await,
            Answer::Said(Said::Ended(outcome)) => self.ended(fax, outcome).await,
            // What may have been posted before may have been taken then, whoever answers now.
            Answer::Refused(why) if !begun.first => Err(DeliveryError::Unavailable(why)),
            Answer::Refused(text) => self.ended(fax, Outcome::Refused { text }).await,
            Answer::NotTaken(why) => {
                self.unbegin(begun).await?;
                Err(DeliveryError::Unavailable(why))
            }
            Answer::Unknown(why) => Err(DeliveryError::Unavailable(why)),
        }
    }

    /// Writes down that the attempt may have been posted, and under which key. None: it is not to
    /// be.
    async fn begin(&self, fax: &Fax, mut entry: Entry) -> Result<Option<Begun>, DeliveryError> {
        for _ in 0..TRIES {
            if entry.phase.is_settled() {
                return Ok(None);
            }
            if Instant::now() >= fax.until {
                let why = "it is too late to post it in this turn".to_owned();
                return Err(DeliveryError::Unavailable(why));
            }
            let first = entry.phase == Phase::Offered;
            // Also if somebody else is posting it: whoever changed the row last knows that nobody
            // else does.
            if !first {
                self.same_place(&entry, &self.target)?;
            }
            entry.phase = Phase::Submitting;
            entry.place.clone_from(&self.target.authority);
            if entry.reference.is_empty() {
                entry.reference = key_of(self.store, entry.attempt, fax.item.created_at);
            }
            if let Some(entry) = self.rows.change(&entry).await? {
                return Ok(Some(Begun { entry, first }));
            }
            match self.rows.find(fax.attempt).await? {
                Some(changed) => entry = changed,
                // The outbox is done with it.
                None => return Ok(None),
            }
        }
        let why = "the attempt is changed by others all the time".to_owned();
        Err(DeliveryError::Unavailable(why))
    }

    /// Nobody has taken it, unless it was posted before or is being posted by others.
    async fn unbegin(&self, begun: &Begun) -> Result<(), DeliveryError> {
        if begun.first {
            let mut entry = begun.entry.clone();
            entry.phase = Phase::Offered;
            self.rows.change(&entry).await?;
        }
        Ok(())
    }

    async fn taken(&self, fax: &Fax, progress: String) -> Result<Option<Outcome>, DeliveryError> {
        let taken = |entry: &Entry| {
            // It may have ended already, or been withdrawn.
            let under_way = matches!(entry.phase, Phase::Offered | Phase::Submitting);
            under_way.then(|| Entry {
                phase: Phase::Taken,
                progress: progress.clone(),
                ..entry.clone()
            })
        };
        self.rows.advance(fax.attempt, taken).await?;
        Ok(None)
    }

    async fn ended(&self, fax: &Fax, outcome: Outcome) -> Result<Option<Outcome>, DeliveryError> {
        let ended = |entry: &Entry| {
            (!entry.phase.is_over()).then(|| Entry {
                phase: Phase::Ended(outcome.clone()),
                ..entry.clone()
            })
        };
        let entry = self.rows.advance(fax.attempt, ended).await?;
        match entry.map(|it| it.phase) {
            Some(Phase::Ended(outcome)) => Ok(Some(outcome)),
            Some(Phase::Withdrawn) if matches!(outcome, Outcome::Sent(_)) => {
                warn!(attempt = %fax.attempt, "the service has sent a fax although it had said that it never would");
                Ok(None)
            }
            _ => Ok(None),
        }
    }
}

/// The key may be forgotten there by now, so that posting it again would be a second fax.
fn nobody_knows() -> Outcome {
    Outcome::Failed {
        code: NO_OUTCOME.code,
        text: format!(
            "{}: it may have been posted, and not answered",
            NO_OUTCOME.text
        ),
        may_retry: false,
        report: Report::default(),
    }
}

fn claims_to_have_it(answer: &Answer) -> bool {
    match answer {
        Answer::Noted | Answer::Said(Said::Accepted { .. } | Said::Ended(Outcome::Sent(_))) => true,
        Answer::Said(Said::Ended(_))
        | Answer::Refused(_)
        | Answer::NotTaken(_)
        | Answer::Unknown(_) => false,
    }
}

/// What can only be a fault of ours.
fn ours(error: &dyn std::fmt::Display) -> DeliveryError {
    DeliveryError::Unavailable(format!("the fax cannot be posted: {error}"))
}
