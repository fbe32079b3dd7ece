//! The pull reader.

use bytes::BytesMut;
use memchr::{memchr, memchr2};
use tokio::io::{AsyncBufRead, AsyncBufReadExt};

use super::{
    Element, Error, Limit, MAX_ALL_TEXT, MAX_TEXT, Malformed, Position,
    base64::{self, Decoder},
    text,
    tokens::{Token, Tokens},
};

const CDATA_START: &[u8] = b"<![CDATA[";
const CDATA_END: &[u8] = b"]]>";

/// Reads a document of UTF-8 front to back, holding one token at a time.
///
/// The reader stands inside an element (first of all, inside the document). [`child`](Self::child)
/// enters the next element within it; [`text`](Self::text),
/// [`document_text`](Self::document_text), [`base64`](Self::base64) and [`skip`](Self::skip) read
/// up to and including its end tag and so return to its parent.
///
/// ```text
/// <order>              child -> Some(order)
///   <name>Ann</name>   child -> Some(name)     text -> "Ann"
/// </order>             child -> None           child -> None, the end of the document
/// ```
#[derive(Debug)]
pub struct Reader<R> {
    tokens: Tokens<R>,
    /// Bytes of the texts that were asked for.
    texts: usize,
    decoder: Decoder,
    /// Base64 data goes on inside a CDATA section.
    inside_cdata: bool,
    text: text::Decoder,
}

impl<R: AsyncBufRead + Unpin> Reader<R> {
    /// Begins a document. A byte order mark is skipped.
    pub fn new(source: R) -> Self {
        Self {
            tokens: Tokens::new(source),
            texts: 0,
            decoder: Decoder::default(),
            inside_cdata: false,
            text: text::Decoder::default(),
        }
    }

    /// The place behind what was read last.
    pub fn position(&self) -> Position {
        self.tokens.position()
    }

    /// Enters the next element inside the current one; text on the way is passed over. `None`
    /// when the current element's end tag was read instead, or the document ended.
    pub async fn child(&mut self) -> Result<Option<Element>, Error> {
        loop {
            match self.tokens.next().await? {
                Token::Start(element) => return Ok(Some(element)),
                Token::End | Token::EndOfDocument => return Ok(None),
                Token::Text(_) | Token::Aside => {}
            }
        }
    }

    /// The text up to the end tag of the current element, at most [`MAX_TEXT`] bytes of it, and
    /// at most [`MAX_ALL_TEXT`] of all texts.
    /// Line ends become line feeds; nothing is trimmed.
    pub async fn text(&mut self) -> Result<String, Error> {
        let mut text = String::new();
        loop {
            match self.tokens.next().await? {
                Token::Text(more) => {
                    let length = text.len() + more.len();
                    if length > MAX_TEXT || self.texts + length > MAX_ALL_TEXT {
                        return Err(Limit::Text.into());
                    }
                    text.push_str(&more);
                }
                Token::Aside => {}
                Token::End => {
                    self.texts += text.len();
                    return Ok(text);
                }
                Token::Start(_) => return Err(Malformed::ElementInText.into()),
                Token::EndOfDocument => return Err(Malformed::UnexpectedEnd.into()),
            }
        }
    }

    /// Passes over the rest of the current element.
    pub async fn skip(&mut self) -> Result<(), Error> {
        let parent = self.tokens.depth().saturating_sub(1);
        while self.tokens.depth() > parent {
            self.tokens.next().await?;
        }
        Ok(())
    }

    /// Passes over the rest of the document, which is the only way to know that it is well formed.
    pub async fn finish(&mut self) -> Result<(), Error> {
        while !matches!(self.tokens.next().await?, Token::EndOfDocument) {}
        Ok(())
    }

    /// Decodes the base64 text of the current element onto the end of `block`, until the block
    /// is filled (true: empty it and call again) or the end tag was read (false).
    ///
    /// A filled block holds `limit`, `limit - 1` or `limit - 2` bytes. Once begun, an element
    /// must be read to its end with this method. White space, comments, character references
    /// and CDATA sections may stand anywhere; padding may be missing.
    ///
    /// # Panics
    /// If `limit` is below 3: a group of characters would never fit.
    pub async fn base64(&mut self, block: &mut BytesMut, limit: usize) -> Result<bool, Error> {
        assert!(limit >= 3, "a block takes at least one group of base64");
        loop {
            if !self.tokens.at_empty_element() && self.fill(block, limit).await? {
                return Ok(true);
            }
            match self.tokens.next().await? {
                // A reference; `fill` has left room for whatever group it completes.
                Token::Text(text) => {
                    self.decoder.feed(text.as_bytes(), block, limit)?;
                }
                Token::Aside => {}
                Token::End => {
                    self.decoder.finish(block)?;
                    return Ok(false);
                }
                Token::Start(_) => return Err(Malformed::ElementInText.into()),
                Token::EndOfDocument => return Err(Malformed::UnexpectedEnd.into()),
            }
        }
    }

    /// Decodes straight from the source's buffer, in and out of CDATA sections, up to other
    /// markup or a reference. True if the block was filled before that.
    async fn fill(&mut self, block: &mut BytesMut, limit: usize) -> Result<bool, Error> {
        let (input, position) = self.tokens.raw();
        loop {
            let available = input.fill_buf().await?;
            if available.is_empty() {
                return Err(Malformed::UnexpectedEnd.into());
            }
            let stop = if self.inside_cdata {
                memchr(b']', available)
            } else {
                memchr2(b'<', b'&', available)
            };
            let text = &available[..stop.unwrap_or(available.len())];
            let used = self.decoder.feed(text, block, limit)?;
            position.advance(&text[..used]);
            input.consume(used);
            if base64::is_full(block, limit) {
                return Ok(true);
            }
            if stop.is_none() {
                continue;
            }
            if self.inside_cdata {
                if !input.take_prefix(CDATA_END).await? {
                    return Err(Malformed::Base64.into());
                }
                position.advance(CDATA_END);
                self.inside_cdata = false;
            } else if input.take_prefix(CDATA_START).await? {
                position.advance(CDATA_START);
                self.inside_cdata = true;
            } else {
                return Ok(false);
            }
        }
    }

    /// Adds the text of the current element to the end of `block`, until the block is filled
    /// (true: empty it and call again) or the end tag was read (false).
    ///
    /// The text is that of [`text`](Self::text), without a limit on its length. A filled block
    /// holds at least `limit - 3` bytes, and whole characters. Once begun, an element must be
    /// read to its end with this method.
    ///
    /// # Panics
    /// If `limit` is below 4: a long character would never fit.
    pub async fn document_text(
        &mut self,
        block: &mut BytesMut,
        limit: usize,
    ) -> Result<bool, Error> {
        assert!(
            limit >= text::LONGEST_CHARACTER,
            "a block takes at least one character"
        );
        loop {
            if !self.tokens.at_empty_element() && self.fill_with_text(block, limit).await? {
                return Ok(true);
            }
            match self.tokens.next().await? {
                // A reference; `fill_with_text` has left room for its character.
                Token::Text(text) => block.extend_from_slice(text.as_bytes()),
                Token::Aside => {}
                Token::End => return Ok(false),
                Token::Start(_) => return Err(Malformed::ElementInText.into()),
                Token::EndOfDocument => return Err(Malformed::UnexpectedEnd.into()),
            }
        }
    }

    /// As [`fill`](Self::fill), with text that is no base64.
    async fn fill_with_text(&mut self, block: &mut BytesMut, limit: usize) -> Result<bool, Error> {
        let (input, position) = self.tokens.raw();
        loop {
            let available = input.fill_buf().await?;
            if available.is_empty() {
                self.text.interrupt()?;
                return Err(Malformed::UnexpectedEnd.into());
            }
            // More does not fit, and would be searched again for each block.
            let available = &available[..available.len().min(limit)];
            let stop = if self.text.in_section() {
                None
            } else {
                memchr2(b'<', b'&', available)
            };
            let text = &available[..stop.unwrap_or(available.len())];
            let used = self.text.feed(text, block, limit)?;
            position.advance(&text[..used]);
            input.consume(used);
            if text::is_full(block, limit) {
                return Ok(true);
            }
            if stop.is_none() {
                continue;
            }
            self.text.interrupt()?;
            if !input.take_prefix(CDATA_START).await? {
                return Ok(false);
            }
            position.advance(CDATA_START);
            self.text.begin_section();
        }
    }
}
