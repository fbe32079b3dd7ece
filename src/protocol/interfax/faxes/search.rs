//! What `FaxQuery2` and `FaxQuery3` have in common: a search by conditions on a fax's fields.

use time::OffsetDateTime;
use tokio::io::AsyncBufRead;

use crate::{
    fax::{
        FaxError,
        item::FaxItem,
        query::{FaxSearch, OrderBy, StatusCount},
    },
    soap::{Operation, Parameters, ReadError, Reply, Value},
};

use super::{
    super::{
        Exchange, codes,
        types::{ORDER_BY_COLUMN_ENUM, QUERY_FORM},
    },
    condition::{Asked, NoSense},
    fax_query_2,
    items::{fax_item_ex_2, int},
    log_in::LogIn,
};

/// A call with a search.
#[derive(Default)]
pub struct Search {
    log_in: LogIn,
    conditions: Conditions,
    control: Control,
}

/// `QueryForm`.
#[derive(Default)]
struct Conditions {
    subject: Asked,
    fax_number: Asked,
    user_id: Asked,
    reply_address: Asked,
    transaction_id: Asked,
    parent_id: Asked,
    status: Asked,
    from: Option<OffsetDateTime>,
    to: Option<OffsetDateTime>,
    with_hidden: bool,
}

/// `QueryControl`.
#[derive(Default)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "four independent switches of the original service's queries"
)]
struct Control {
    only_parents: bool,
    most: i32,
    skip: i64,
    order_by: OrderBy,
    ascending: bool,
    items: bool,
    statistics: bool,
}

/// What was found.
struct Found {
    items: Option<Vec<FaxItem>>,
    statistics: Option<Vec<StatusCount>>,
    total: u64,
}

/// Why nothing was searched.
enum Refusal {
    Fax(FaxError),
    Query(i32, &'static str),
}

impl From<NoSense> for Refusal {
    fn from(NoSense: NoSense) -> Self {
        Self::Query(codes::BAD_QUERY, "a condition's data make no sense")
    }
}

impl From<FaxError> for Refusal {
    fn from(error: FaxError) -> Self {
        Self::Fax(error)
    }
}

impl Search {
    pub async fn read<R: AsyncBufRead + Unpin>(
        parameters: &mut Parameters<'_, R>,
    ) -> Result<Self, ReadError> {
        let names = ["Username", "Password", "QueryForm", "QueryControl"];
        let mut call = Self::default();
        while let Some(name) = parameters.next(&names).await? {
            if call.log_in.take(name, parameters).await? {
                continue;
            }
            parameters.enter();
            match name {
                "QueryForm" => call.conditions.read(parameters).await?,
                _ => call.control.read(parameters).await?,
            }
            parameters.leave().await?;
        }
        Ok(call)
    }

    pub async fn run(self, operation: &'static Operation, exchange: &Exchange<'_>) -> Reply {
        let item = if operation.name == fax_query_2::OPERATION.name {
            "FaxItemEx2"
        } else {
            "FaxItemEx3"
        };
        let (code, found) = match self.find(exchange).await {
            Ok(found) => (exchange.success(0), Some(found)),
            Err(Refusal::Fax(error)) => (exchange.fax_failure(&error), None),
            Err(Refusal::Query(code, why)) => {
                exchange.refused(code, why);
                (code, None)
            }
        };
        let items = found.as_ref().and_then(|found| found.items.as_ref());
        let statistics = found.as_ref().and_then(|found| found.statistics.as_ref());
        let total = found.as_ref().map_or(0, |found| found.total);
        let count = |it: &StatusCount| {
            Value::structure()
                .field("Status", it.status)
                .field("Count", int(it.count))
        };
        let result = Value::structure()
            .field("ResultCode", code)
            .field(
                "FaxItems",
                items.map(|items| Value::array(item, items.iter().map(fax_item_ex_2))),
            )
            .field(
                "Stats",
                statistics.map(|counts| Value::array("StatusCount", counts.iter().map(count))),
            )
            .field("ErrorsDescriptionHTMLFormat", "")
            .field("TotalTransactionsNum", int(total));
        Reply::new(operation.name).with_result(result)
    }

    async fn find(self, exchange: &Exchange<'_>) -> Result<Found, Refusal> {
        let account = self.log_in.account(exchange).await?;
        let control = &self.control;
        if !control.items && !control.statistics {
            let why = "neither ReturnItems nor ReturnStats is true";
            return Err(Refusal::Query(codes::NOTHING_ASKED, why));
        }
        let search = search(&self.conditions, control)?;
        // The total is the statistics', too.
        let searched = exchange.faxes.search(&account, &search, control.items);
        let (statistics, items) = searched.await?;
        Ok(Found {
            items,
            total: statistics.iter().map(|it| it.count).sum(),
            statistics: control.statistics.then_some(statistics),
        })
    }
}

impl Conditions {
    async fn read<R: AsyncBufRead + Unpin>(
        &mut self,
        parameters: &mut Parameters<'_, R>,
    ) -> Result<(), ReadError> {
        let names = QUERY_FORM.field_names();
        while let Some(name) = parameters.next(&names).await? {
            match name {
                "DateFrom" => self.from = moment(parameters.date_time().await?),
                "DateTo" => self.to = moment(parameters.date_time().await?),
                "ShowHiddenTransactions" => self.with_hidden = parameters.boolean().await?,
                _ => self.condition(name).read(parameters).await?,
            }
        }
        Ok(())
    }

    fn condition(&mut self, name: &str) -> &mut Asked {
        match name {
            "Subject" => &mut self.subject,
            "FaxNumber" => &mut self.fax_number,
            "UserID" => &mut self.user_id,
            "ReplyAddress" => &mut self.reply_address,
            "TransactionID" => &mut self.transaction_id,
            "ParentTransactionID" => &mut self.parent_id,
            "Status" => &mut self.status,
            other => unreachable!("{other} is no condition"),
        }
    }
}

impl Control {
    async fn read<R: AsyncBufRead + Unpin>(
        &mut self,
        parameters: &mut Parameters<'_, R>,
    ) -> Result<(), ReadError> {
        let names = [
            "OnlyParents",
            "NumOfResults",
            "StartingRecord",
            "OrderBy",
            "AscOrderDirection",
            "ReturnItems",
            "ReturnStats",
        ];
        while let Some(name) = parameters.next(&names).await? {
            match name {
                "OnlyParents" => self.only_parents = parameters.boolean().await?,
                "NumOfResults" => self.most = parameters.int().await?,
                "StartingRecord" => self.skip = parameters.long().await?,
                "OrderBy" => {
                    let word = parameters.choice(&ORDER_BY_COLUMN_ENUM).await?;
                    let column = OrderBy::ALL.into_iter().find(|it| it.as_str() == word);
                    self.order_by = column.unwrap_or_default();
                }
                "AscOrderDirection" => self.ascending = parameters.boolean().await?,
                "ReturnItems" => self.items = parameters.boolean().await?,
                _ => self.statistics = parameters.boolean().await?,
            }
        }
        Ok(())
    }
}

fn search(conditions: &Conditions, control: &Control) -> Result<FaxSearch, NoSense> {
    Ok(FaxSearch {
        subject: conditions.subject.text()?,
        recipient: conditions.fax_number.text()?,
        user: conditions.user_id.text()?,
        reply_address: conditions.reply_address.text()?,
        id: conditions.transaction_id.number()?,
        parent: conditions.parent_id.number()?,
        status: conditions.status.number()?,
        from: conditions.from,
        to: conditions.to,
        with_hidden: conditions.with_hidden,
        only_parents: control.only_parents,
        order_by: control.order_by,
        ascending: control.ascending,
        limit: codes::most_items(control.most),
        skip: u64::try_from(control.skip).unwrap_or_default(),
    })
}

/// The first moment of the original's calendar stands for none.
fn moment(time: OffsetDateTime) -> Option<OffsetDateTime> {
    (time.year() > 1).then_some(time)
}
