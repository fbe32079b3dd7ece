//! `QueryCondition`: a comparison and what it compares with.
//!
//! A condition without data is none, except for `Missing` and `Exists`, which need none.

use tokio::io::AsyncBufRead;

use crate::{
    fax::query::{Comparison, Condition},
    soap::{Parameters, ReadError},
};

use super::super::types::SQL_OPERATOR_ENUM;

/// Values of one condition at most.
const LONGEST_LIST: usize = 1000;

/// A condition as it came.
#[derive(Default)]
pub struct Asked {
    verb: Option<Comparison>,
    data: String,
}

/// The data of a condition make no sense.
#[derive(Clone, Copy, Debug)]
pub struct NoSense;

impl Asked {
    pub async fn read<R: AsyncBufRead + Unpin>(
        &mut self,
        parameters: &mut Parameters<'_, R>,
    ) -> Result<(), ReadError> {
        parameters.enter();
        while let Some(name) = parameters.next(&["Verb", "VerbData"]).await? {
            match name {
                "Verb" => {
                    let word = parameters.choice(&SQL_OPERATOR_ENUM).await?;
                    self.verb = Comparison::ALL.into_iter().find(|it| it.as_str() == word);
                }
                _ => self.data = parameters.string().await?,
            }
        }
        parameters.leave().await
    }

    /// The condition, if there is one, each of its values made by `value`.
    fn condition<T>(
        &self,
        value: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<Condition<T>>, NoSense> {
        // A missing verb is the first one there is.
        let comparison = self.verb.unwrap_or(Comparison::Equals);
        let needs_data = !matches!(comparison, Comparison::Missing | Comparison::Exists);
        if needs_data && self.data.is_empty() {
            return Ok(None);
        }
        let data = match comparison {
            Comparison::Missing | Comparison::Exists => Vec::new(),
            Comparison::IncludedIn | Comparison::Between => {
                let values = self.data.split(',').map(str::trim).map(value);
                values.collect::<Option<Vec<T>>>().ok_or(NoSense)?
            }
            Comparison::Equals
            | Comparison::NotEquals
            | Comparison::GreaterThan
            | Comparison::GreaterOrEqual
            | Comparison::LessThan
            | Comparison::LessOrEqual
            | Comparison::Like => vec![value(&self.data).ok_or(NoSense)?],
        };
        let makes_sense = match comparison {
            Comparison::Between => data.len() == 2,
            _ => data.len() <= LONGEST_LIST,
        };
        if makes_sense {
            Ok(Some(Condition { comparison, data }))
        } else {
            Err(NoSense)
        }
    }

    /// On a text.
    pub fn text(&self) -> Result<Option<Condition<String>>, NoSense> {
        let is_pattern = self.verb == Some(Comparison::Like);
        self.condition(|text| {
            // Patterns of the original's language know no escape.
            let text = if is_pattern {
                text.replace('\\', "\\\\")
            } else {
                text.to_owned()
            };
            (!text.contains('\0')).then_some(text)
        })
    }

    /// On a number.
    pub fn number(&self) -> Result<Option<Condition<i64>>, NoSense> {
        match self.verb {
            // There is no pattern of numbers.
            Some(Comparison::Like) if !self.data.is_empty() => Err(NoSense),
            // Each transaction has all of them, so none is found.
            Some(Comparison::Missing) => Ok(Some(Condition {
                comparison: Comparison::IncludedIn,
                data: Vec::new(),
            })),
            _ => self.condition(|text| text.trim().parse().ok()),
        }
    }
}
