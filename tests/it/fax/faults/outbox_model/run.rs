//! A script on the statements and on the model.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use chunkgate::fax::{
    delivery::Attempt,
    item::{TransactionId, TransactionState as State},
    outcome::{CANCELLED, GIVEN_UP, NO_OUTCOME},
    repository::{Claimed, End},
};
use uuid::Uuid;

use super::{
    LONG, MOST, RETRIES, UNDER_WAY,
    model::Model,
    script::{Said, Step, Went},
};
use crate::fax::faults::support::Desk;

/// What the delivery has of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Had {
    Waiting,
    Taken,
    Withdrawn,
    Ended(Said),
}

/// What a worker has in its hands.
#[derive(Clone, Debug)]
struct Held {
    attempt: Attempt,
    lease: Uuid,
    cancel_requested: bool,
    /// Its time is over: it may still say how it went, but it does nothing any more.
    is_late: bool,
    result: Option<Result>,
}

/// What a worker has to write down.
#[derive(Clone, Copy, Debug)]
enum Result {
    HandedOver,
    PutBack,
    Ended(Said),
    GivenUp,
    Withdrawn,
    TooLate,
}

/// A script on its way.
pub struct Run<'a> {
    desk: &'a Desk,
    delivery: &'static str,
    ids: Vec<TransactionId>,
    models: BTreeMap<TransactionId, Model>,
    workers: [Vec<Held>; 2],
    had: BTreeMap<Attempt, Had>,
    transmitted: BTreeSet<Attempt>,
}

pub type Checked = std::result::Result<(), String>;

impl<'a> Run<'a> {
    pub fn new(desk: &'a Desk) -> Self {
        Self {
            desk,
            delivery: Uuid::new_v4().simple().to_string().leak(),
            ids: Vec::new(),
            models: BTreeMap::new(),
            workers: [Vec::new(), Vec::new()],
            had: BTreeMap::new(),
            transmitted: BTreeSet::new(),
        }
    }

    pub async fn run(mut self, steps: &[Step]) -> Checked {
        for (number, step) in steps.iter().enumerate() {
            let at = |what: String| format!("step {}: {step:?}: {what}", number + 1);
            self.step(*step).await.map_err(at)?;
            self.compare().await.map_err(at)?;
        }
        Ok(())
    }

    fn id(&self, transaction: usize) -> TransactionId {
        self.ids[transaction % self.ids.len()]
    }

    fn model(&mut self, id: TransactionId) -> &mut Model {
        self.models.get_mut(&id).expect("a transaction")
    }

    async fn step(&mut self, step: Step) -> Checked {
        match step {
            Step::Submit { valid, invalid } => self.submit(valid, invalid).await,
            Step::Claim { worker } => return self.claim(worker).await,
            Step::Work {
                worker,
                claim,
                went,
            } => return self.work(worker, claim, went),
            Step::WriteDown { worker, claim } => return self.write_down(worker, claim).await,
            Step::Due { transaction } => self.due(transaction).await,
            Step::Take { transaction } => {
                if let Some(attempt) = self.with_delivery(transaction, Had::Waiting) {
                    return self.transmit(attempt, Had::Taken);
                }
            }
            Step::Finish { transaction, said } => {
                if let Some(attempt) = self.with_delivery(transaction, Had::Taken) {
                    self.had.insert(attempt, Had::Ended(said));
                }
            }
            Step::Collect => return self.collect().await,
            Step::Overdue => return self.overdue().await,
            Step::Cancel { transaction } => return self.cancel(transaction).await,
            Step::Requeue { transaction } => return self.requeue(transaction).await,
            Step::Hasten { transaction } => {
                let id = self.id(transaction);
                let hastened = self.desk.faxes.hasten(id).await.map_err(text)?;
                let model = self.model(id);
                model.is_due |= model.state == State::Waiting;
                return same(&hastened, &(model.state == State::Waiting));
            }
        }
        Ok(())
    }

    async fn submit(&mut self, valid: usize, invalid: usize) {
        let are_valid = [vec![true; valid], vec![false; invalid]].concat();
        if are_valid.is_empty() || self.ids.len() + are_valid.len() > MOST {
            return;
        }
        let batch = self.desk.batch(self.delivery, &are_valid, RETRIES).await;
        for (id, is_valid) in batch.into_iter().zip(are_valid) {
            self.ids.push(id);
            self.models.insert(id, Model::new(is_valid));
        }
    }

    /// One of the attempts with which a delivery is so far.
    fn with_delivery(&self, which: usize, so_far: Had) -> Option<Attempt> {
        let so_far = |(_, had): &(&Attempt, &Had)| **had == so_far;
        let attempts: Vec<_> = self.had.iter().filter(so_far).map(|(it, _)| *it).collect();
        attempts.get(which.checked_rem(attempts.len())?).copied()
    }

    /// One of the claims of a worker that it has done its work for, or has not.
    fn held(&self, worker: usize, which: usize, is_done: bool) -> Option<usize> {
        let held = self.workers[worker].iter().enumerate();
        let so_far =
            held.filter(|(_, held)| held.result.is_some() == is_done && (is_done || !held.is_late));
        let claims: Vec<_> = so_far.map(|(index, _)| index).collect();
        claims.get(which.checked_rem(claims.len())?).copied()
    }

    /// The consumer has it: no number is used twice, and nothing is sent that nobody wants.
    fn transmit(&mut self, attempt: Attempt, had: Had) -> Checked {
        self.had.insert(attempt, had);
        let model = &self.models[&attempt.transaction];
        if model.state == State::Cancelled {
            return Err(format!("{attempt} is sent and was cancelled"));
        }
        if !self.transmitted.insert(attempt) {
            return Err(format!("{attempt} is sent a second time"));
        }
        Ok(())
    }

    async fn claim(&mut self, worker: usize) -> Checked {
        let lease = Uuid::new_v4();
        let names = [self.delivery];
        let claimed = self.desk.faxes.claim(&names, 100, lease, LONG);
        let claimed = claimed.await.map_err(text)?;
        let got: BTreeSet<_> = claimed.iter().map(described).collect();
        let mut expected = BTreeSet::new();
        for (id, model) in &mut self.models {
            let may = model.state != State::HandedOver || model.cancel_requested;
            if model.state.is_over() || !model.is_due || !may {
                continue;
            }
            if model.state == State::Waiting {
                model.state = State::Delivering;
            }
            (model.lease, model.is_due) = (Some(lease), false);
            let attempt = Attempt {
                transaction: *id,
                number: model.attempt,
            };
            expected.insert((attempt, model.failures, model.cancel_requested));
        }
        for claimed in claimed {
            self.workers[worker].push(Held {
                attempt: claimed.attempt,
                lease,
                cancel_requested: claimed.cancel_requested,
                is_late: false,
                result: None,
            });
        }
        same(&got, &expected)
    }

    fn work(&mut self, worker: usize, claim: usize, went: Went) -> Checked {
        let Some(index) = self.held(worker, claim, false) else {
            return Ok(());
        };
        let held = self.workers[worker][index].clone();
        let attempt = held.attempt;
        let had = self.had.get(&attempt).copied();
        let mut sent = Ok(());
        let result = if held.cancel_requested {
            self.withdraw(attempt, Result::Withdrawn)
        } else {
            match (went, had) {
                (Went::Taken | Went::Unheard, None) => {
                    self.had.insert(attempt, Had::Waiting);
                    match went {
                        Went::Taken => Result::HandedOver,
                        _ => Result::PutBack,
                    }
                }
                // What a delivery answers at once, it answers again.
                (Went::AtOnce(said), None) => {
                    sent = self.transmit(attempt, Had::Ended(said));
                    Result::Ended(said)
                }
                (Went::Taken | Went::AtOnce(_), Some(_)) => Result::HandedOver,
                (Went::Unheard | Went::Refused, _) => Result::PutBack,
                (Went::GivenUp, _) => self.withdraw(attempt, Result::GivenUp),
            }
        };
        self.workers[worker][index].result = Some(result);
        sent
    }

    fn withdraw(&mut self, attempt: Attempt, withdrawn: Result) -> Result {
        match self.had.get(&attempt) {
            None | Some(Had::Waiting | Had::Withdrawn) => {
                self.had.insert(attempt, Had::Withdrawn);
                withdrawn
            }
            Some(Had::Taken) if matches!(withdrawn, Result::GivenUp) => Result::HandedOver,
            Some(Had::Taken) => Result::TooLate,
            Some(Had::Ended(said)) => Result::Ended(*said),
        }
    }

    async fn write_down(&mut self, worker: usize, claim: usize) -> Checked {
        let Some(index) = self.held(worker, claim, true) else {
            return Ok(());
        };
        let held = self.workers[worker].remove(index);
        let result = held.result.expect("it is done");
        let attempt = held.attempt;
        let faxes = &self.desk.faxes;
        let model = self.models.get_mut(&attempt.transaction).expect("a model");
        let has_lease = model.attempt == attempt.number && model.lease == Some(held.lease);
        match result {
            Result::HandedOver => {
                let got = faxes.handed_over(attempt, held.lease, LONG).await;
                let expected = has_lease.then_some(model.cancel_requested);
                if has_lease {
                    model.state = State::HandedOver;
                    (model.lease, model.is_due) = (None, model.cancel_requested);
                    (model.failures, model.trials) = (0, attempt.number);
                }
                same(&got.map_err(text)?, &expected)
            }
            Result::PutBack => {
                let got = faxes.put_back(attempt, held.lease, LONG, "why").await;
                if has_lease {
                    model.state = State::Waiting;
                    (model.lease, model.is_due) = (None, false);
                    model.failures += 1;
                }
                same(&got.map_err(text)?, &has_lease)
            }
            Result::TooLate => {
                let got = faxes.refuse_cancellation(attempt, LONG).await;
                let refuses = !model.state.is_over()
                    && model.attempt == attempt.number
                    && model.cancel_requested;
                if refuses {
                    model.state = State::HandedOver;
                    (model.lease, model.is_due) = (None, false);
                    (model.failures, model.cancel_requested) = (0, false);
                }
                same(&got.map_err(text)?, &refuses)
            }
            Result::Withdrawn => {
                let end = CANCELLED.end();
                self.give_up(attempt, &end, State::Cancelled).await
            }
            Result::GivenUp => {
                let end = GIVEN_UP.end();
                self.give_up(attempt, &end, State::Failed).await
            }
            Result::Ended(said) => self.settle(attempt, said).await,
        }
    }

    /// Ends what a delivery gave back.
    async fn give_up(&mut self, attempt: Attempt, end: &End, state: State) -> Checked {
        let model = self.models.get_mut(&attempt.transaction).expect("a model");
        let expected = model.end(attempt.number, &UNDER_WAY, state, end.code);
        let (id, number) = (attempt.transaction, Some(attempt.number));
        let got = self.desk.faxes.end(id, number, &UNDER_WAY, end).await;
        if expected {
            self.had.remove(&attempt);
        }
        same(&got.map_err(text)?, &expected)
    }

    /// As the outbox does: another attempt, or an end.
    async fn settle(&mut self, attempt: Attempt, said: Said) -> Checked {
        let faxes = &self.desk.faxes;
        let before = self.models[&attempt.transaction].clone();
        let cancel_requested = !before.state.is_over() && before.cancel_requested;
        let may_retry = said == Said::Busy && attempt.number <= RETRIES;
        let retried = may_retry && faxes.retry(attempt, LONG, "busy").await.map_err(text)?;
        let mut ended = false;
        if !retried {
            let end = match said {
                Said::Busy | Said::Final if cancel_requested => CANCELLED.end(),
                _ => End::from(said.outcome()),
            };
            // With another attempt to come, this one cannot be the end.
            if !may_retry || cancel_requested {
                let (id, number) = (attempt.transaction, Some(attempt.number));
                let end = faxes.end(id, number, &UNDER_WAY, &end).await;
                ended = end.map_err(text)?;
            }
        }
        let model = self.model(attempt.transaction);
        model.settle(attempt.number, said);
        let expected = (
            model.attempt > before.attempt,
            model.state.is_over() && !before.state.is_over(),
        );
        // Whoever knows an outcome has written it down by now.
        self.had.remove(&attempt);
        same(&(retried, ended), &expected)
    }

    async fn due(&mut self, transaction: usize) {
        let id = self.id(transaction);
        let past =
            "UPDATE fax_outbox SET due_at = now() - interval '1 second' WHERE transaction_id = $1";
        let world = &self.desk.world;
        world.sql.execute(past, &[&id.0]).await.expect("an answer");
        let model = self.model(id);
        model.is_due = !model.state.is_over();
        // A lease has ended only if there was one.
        for held in self.workers.iter_mut().flatten() {
            held.is_late |= held.attempt.transaction == id;
        }
    }

    async fn collect(&mut self) -> Checked {
        let page = self
            .desk
            .faxes
            .with_delivery(self.delivery, TransactionId(0), 100);
        let page = page.await.map_err(text)?;
        let handed_over = |(_, model): &(&TransactionId, &Model)| model.state == State::HandedOver;
        let expected = self.models.iter().filter(handed_over);
        let expected: Vec<_> = expected.map(attempt_of).collect();
        same(&page, &expected)?;
        for attempt in page {
            match self.had.get(&attempt).copied() {
                Some(Had::Ended(said)) => self.settle(attempt, said).await?,
                // It will never be sent.
                Some(Had::Withdrawn) => self.settle(attempt, Said::Final).await?,
                Some(Had::Waiting | Had::Taken) | None => {}
            }
        }
        self.sweep().await
    }

    /// What is over is not kept, and everything else is.
    async fn sweep(&mut self) -> Checked {
        let kept: Vec<_> = self.had.keys().copied().collect();
        let under_way = self.desk.faxes.under_way(&kept).await.map_err(text)?;
        let is_present = |attempt: &&Attempt| {
            let model = &self.models[&attempt.transaction];
            !model.state.is_over() && model.attempt == attempt.number
        };
        let expected: Vec<_> = kept.iter().filter(is_present).copied().collect();
        let got: BTreeSet<_> = under_way.into_iter().collect();
        same(&got, &expected.iter().copied().collect())?;
        self.had.retain(|attempt, _| expected.contains(attempt));
        Ok(())
    }

    async fn overdue(&mut self) -> Checked {
        let overdue = self.desk.faxes.overdue(self.delivery, 100).await;
        let overdue: BTreeSet<_> = overdue.map_err(text)?.into_iter().collect();
        let is_overdue = |(_, model): &(&TransactionId, &Model)| {
            model.state == State::HandedOver && !model.cancel_requested && model.is_due
        };
        let expected = self.models.iter().filter(is_overdue).map(attempt_of);
        same(&overdue, &expected.collect())?;
        for attempt in overdue {
            let phases = [State::HandedOver];
            let (id, number) = (attempt.transaction, Some(attempt.number));
            let end = NO_OUTCOME.end();
            let got = self.desk.faxes.end(id, number, &phases, &end).await;
            let model = self.model(id);
            let expected = model.end(attempt.number, &phases, State::Failed, NO_OUTCOME.code);
            same(&got.map_err(text)?, &expected)?;
            self.had.remove(&attempt);
        }
        Ok(())
    }

    async fn cancel(&mut self, transaction: usize) -> Checked {
        let id = self.id(transaction);
        let faxes = &self.desk.faxes;
        let at_once = faxes.cancel_waiting(&[id], &CANCELLED.end()).await;
        let asked = faxes.request_cancellation(&[id]).await.map_err(text)?;
        let number = self.models[&id].attempt;
        let is_unseen = !self.had.contains_key(&Attempt {
            transaction: id,
            number,
        });
        let model = self.model(id);
        let mut expected = (Vec::new(), Vec::new());
        if model.state == State::Waiting && model.failures == 0 {
            // Its number is still free.
            (model.state, model.code) = (State::Cancelled, CANCELLED.code);
            model.is_due = false;
            expected.0.push(id);
            if !is_unseen {
                return Err("a delivery has seen what was cancelled without asking it".to_owned());
            }
        } else if !model.state.is_over() {
            model.cancel_requested = true;
            model.is_due |= model.state != State::Delivering;
            expected.1.push(id);
        }
        let at_once = at_once.map_err(text)?.into_iter().map(|(id, _)| id);
        same(&(at_once.collect(), asked), &expected)
    }

    /// An operator sends it again, as an attempt that no delivery has seen.
    async fn requeue(&mut self, transaction: usize) -> Checked {
        let id = self.id(transaction);
        let got = self.desk.faxes.requeue(id, self.delivery).await;
        let model = self.model(id);
        let expected = match model.state {
            State::Failed | State::Cancelled => {
                *model = Model {
                    attempt: model.attempt + 1,
                    trials: model.trials,
                    ..Model::new(true)
                };
                let number = model.attempt;
                Some(Attempt {
                    transaction: id,
                    number,
                })
            }
            State::Waiting | State::Delivering | State::HandedOver | State::Sent => None,
        };
        same(&got.map_err(text)?, &expected)
    }

    async fn compare(&self) -> Checked {
        let items = self.desk.faxes.faxes(&self.ids).await.map_err(text)?;
        for item in &items {
            let model = &self.models[&item.id];
            let queue = item.queue.as_ref();
            let got = (item.state, item.status, item.trials);
            same(&got, &(model.state, model.status(), model.trials))?;
            // Exactly one row in the outbox, unless it is over.
            let queued = queue.map(|it| (it.attempt, it.failures, it.cancel_requested));
            let expected = (model.attempt, model.failures, model.cancel_requested);
            same(&queued, &(!model.state.is_over()).then_some(expected))?;
            same(&item.ended_at.is_some(), &model.state.is_over())?;
        }
        same(&items.len(), &self.ids.len())?;
        let due = self.desk.faxes.next_due(&[self.delivery]).await;
        let waits = |model: &Model| {
            !model.state.is_over() && (model.state != State::HandedOver || model.cancel_requested)
        };
        same(
            &due.map_err(text)?.is_some(),
            &self.models.values().any(waits),
        )
    }
}

fn attempt_of((id, model): (&TransactionId, &Model)) -> Attempt {
    Attempt {
        transaction: *id,
        number: model.attempt,
    }
}

fn described(claimed: &Claimed) -> (Attempt, u32, bool) {
    (claimed.attempt, claimed.failures, claimed.cancel_requested)
}

fn text(error: impl fmt::Display) -> String {
    error.to_string()
}

fn same<T: PartialEq + fmt::Debug>(got: &T, expected: &T) -> Checked {
    if got == expected {
        Ok(())
    } else {
        Err(format!("got {got:?}, expected {expected:?}"))
    }
}
