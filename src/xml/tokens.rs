//! Tokens, checked: what quick-xml finds, held to the rules and limits it does not enforce.

use std::{io, mem, sync::Arc};

use memchr::memmem;
use quick_xml::{
    events::{BytesPI, Event},
    reader::NsReader,
};
use tokio::io::AsyncBufRead;

use super::{
    BYTES_PER_REFERENCE, Element, Error, Limit, MAX_ALL_ATTRIBUTES, MAX_ASIDES, MAX_DEPTH,
    MAX_ELEMENTS, MAX_REFERENCES, MAX_TEXT, Malformed, Position,
    characters::{check_characters, is_space, is_unqualified},
    element::pseudo_attributes,
    input::Input,
    reference,
};

const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();

#[derive(Debug)]
pub(super) enum Token {
    Start(Element),
    End,
    /// Text with its references resolved and its line ends normalised.
    Text(String),
    /// A declaration, a comment or a processing instruction.
    Aside,
    EndOfDocument,
}

#[derive(Debug)]
pub(super) struct Tokens<R> {
    reader: NsReader<Input<R>>,
    /// The bytes of the last token.
    bytes: Vec<u8>,
    /// Where `bytes` begins.
    position: Position,
    started: bool,
    /// The last token was `<element/>`, whose end is yet to be told.
    at_empty_element: bool,
    /// How many elements are open.
    depth: usize,
    /// How many elements were seen.
    elements: usize,
    /// How many attributes were seen.
    attributes: usize,
    /// How many comments and processing instructions were seen.
    asides: usize,
    /// How many references were seen.
    references: u64,
}

impl<R: AsyncBufRead + Unpin> Tokens<R> {
    pub(super) fn new(source: R) -> Self {
        let mut reader = NsReader::from_reader(Input::new(source));
        reader.config_mut().check_comments = true;
        Self {
            reader,
            bytes: Vec::new(),
            position: Position::START,
            started: false,
            at_empty_element: false,
            depth: 0,
            elements: 0,
            attributes: 0,
            asides: 0,
            references: 0,
        }
    }

    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    pub(super) fn at_empty_element(&self) -> bool {
        self.at_empty_element
    }

    pub(super) fn position(&self) -> Position {
        let mut position = self.position;
        position.advance(&self.bytes);
        position
    }

    /// The bytes behind the last token, for reading text past the tokenizer; whoever consumes
    /// some moves the position over them. It must be left in front of `<` or `&`, and never be
    /// used behind a [`Token::Text`]: the tokenizer has then already seen what comes next.
    pub(super) fn raw(&mut self) -> (&mut Input<R>, &mut Position) {
        self.settle_position();
        let input = self.reader.get_mut();
        input.allow(usize::MAX);
        (input, &mut self.position)
    }

    pub(super) async fn next(&mut self) -> Result<Token, Error> {
        self.settle_position();
        if mem::take(&mut self.at_empty_element) {
            self.depth -= 1;
            return Ok(Token::End);
        }
        let first = !mem::replace(&mut self.started, true);
        if first {
            self.skip_byte_order_mark().await?;
        }
        self.reader.get_mut().allow(MAX_TEXT);
        let event = match self.reader.read_event_into_async(&mut self.bytes).await {
            Ok(event) => event,
            Err(quick_xml::Error::Io(error)) => return Err(owned(error).into()),
            Err(error) => return Err(Malformed::Token(error).into()),
        };
        match event {
            Event::Start(tag) => {
                let element = Element::parse(&tag, self.reader.resolver())?;
                self.open_element(&element)?;
                Ok(Token::Start(element))
            }
            Event::Empty(tag) => {
                let element = Element::parse(&tag, self.reader.resolver())?;
                self.open_element(&element)?;
                self.at_empty_element = true;
                Ok(Token::Start(element))
            }
            Event::End(_) => {
                self.depth -= 1;
                Ok(Token::End)
            }
            Event::Text(text) => {
                if self.depth == 0 && !text.chars().all(is_space) {
                    return Err(Malformed::TextOutsideRoot.into());
                }
                if memmem::find(text.as_bytes(), b"]]>").is_some() {
                    return Err(Malformed::SectionEnd.into());
                }
                check_characters(&text)?;
                Ok(Token::Text(text.xml10_content().into_owned()))
            }
            Event::CData(_) | Event::GeneralRef(_) if self.depth == 0 => {
                Err(Malformed::TextOutsideRoot.into())
            }
            Event::CData(text) => {
                check_characters(&text)?;
                Ok(Token::Text(text.xml10_content().into_owned()))
            }
            Event::GeneralRef(name) => {
                let text = reference::resolve(&name)?.into();
                self.count_reference()?;
                Ok(Token::Text(text))
            }
            Event::Decl(declaration) => {
                check_declaration(first, &declaration)?;
                Ok(Token::Aside)
            }
            Event::Comment(text) => {
                check_characters(&text)?;
                self.aside()
            }
            Event::PI(instruction) => {
                check_instruction(&instruction)?;
                self.aside()
            }
            Event::DocType(_) => Err(Malformed::DocumentType.into()),
            Event::Eof if self.depth > 0 => Err(Malformed::UnexpectedEnd.into()),
            Event::Eof if self.elements == 0 => Err(Malformed::NoRoot.into()),
            Event::Eof => Ok(Token::EndOfDocument),
        }
    }

    fn settle_position(&mut self) {
        self.position.advance(&self.bytes);
        self.bytes.clear();
    }

    /// quick-xml would look for the mark in the source's first buffer only, however short.
    async fn skip_byte_order_mark(&mut self) -> Result<(), Error> {
        let input = self.reader.get_mut();
        input.allow(2 * BYTE_ORDER_MARK.len());
        let skipped = input.take_prefix(BYTE_ORDER_MARK).await?;
        if skipped && input.take_prefix(BYTE_ORDER_MARK).await? {
            return Err(Malformed::TextOutsideRoot.into());
        }
        Ok(())
    }

    fn aside(&mut self) -> Result<Token, Error> {
        if self.asides == MAX_ASIDES {
            return Err(Limit::Asides.into());
        }
        self.asides += 1;
        Ok(Token::Aside)
    }

    fn count_reference(&mut self) -> Result<(), Error> {
        self.references += 1;
        let earned = self.reader.get_ref().consumed() / BYTES_PER_REFERENCE;
        if self.references > MAX_REFERENCES + earned {
            return Err(Limit::References.into());
        }
        Ok(())
    }

    fn open_element(&mut self, element: &Element) -> Result<(), Error> {
        if self.depth == 0 && self.elements > 0 {
            return Err(Malformed::SecondRoot.into());
        }
        if self.depth == MAX_DEPTH {
            return Err(Limit::Depth.into());
        }
        if self.elements == MAX_ELEMENTS {
            return Err(Limit::Elements.into());
        }
        self.attributes += element.attributes.len();
        if self.attributes > MAX_ALL_ATTRIBUTES {
            return Err(Limit::Attributes.into());
        }
        self.depth += 1;
        self.elements += 1;
        Ok(())
    }
}

/// quick-xml shares I/O errors so that its own can be cloned; nobody else has this one.
fn owned(error: Arc<io::Error>) -> io::Error {
    Arc::try_unwrap(error).unwrap_or_else(|shared| io::Error::new(shared.kind(), shared))
}

fn check_instruction(instruction: &BytesPI<'_>) -> Result<(), Malformed> {
    let target = instruction.target();
    if !is_unqualified(target) || target.eq_ignore_ascii_case("xml") {
        return Err(Malformed::Instruction);
    }
    check_characters(instruction)
}

/// The encoding that a declaration names is not looked at: the bytes were made UTF-8 before.
fn check_declaration(first: bool, declaration: &str) -> Result<(), Error> {
    let pairs = pseudo_attributes(declaration.strip_prefix("xml").unwrap_or(declaration))?;
    let [("version", "1.0"), after_version @ ..] = &pairs[..] else {
        return Err(Malformed::Declaration.into());
    };
    let after_encoding = match after_version {
        [("encoding", name), rest @ ..] if is_encoding(name) => rest,
        rest => rest,
    };
    let valid = matches!(after_encoding, [] | [("standalone", "yes" | "no")]);
    if first && valid {
        Ok(())
    } else {
        Err(Malformed::Declaration.into())
    }
}

fn is_encoding(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|character| {
            character.is_ascii_alphanumeric() || matches!(character, '.' | '_' | '-')
        })
}
