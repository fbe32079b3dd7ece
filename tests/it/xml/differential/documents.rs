//! Documents: well formed in every spelling the recommendation knows, and damaged ones.

use std::fmt::Write;

use proptest::{collection::vec, prelude::*, sample::select};

/// Prefixes; all are declared at the root. The empty one is the default namespace.
const PREFIXES: [&str; 4] = ["", "a", "SOAP-ENV", "é"];

/// An element before it is written.
#[derive(Clone, Debug)]
struct Tree {
    prefix: usize,
    local: &'static str,
    /// Prefixes that are bound anew, and to what.
    declarations: Vec<(usize, &'static str)>,
    /// Whether the prefix is used, and the value.
    attributes: Vec<(usize, Vec<&'static str>)>,
    content: Vec<Content>,
    /// Where the language leaves a choice.
    style: Style,
}

#[derive(Clone, Debug)]
enum Content {
    Piece(&'static str),
    Element(Tree),
}

#[derive(Clone, Copy, Debug)]
struct Style {
    quote: char,
    space: &'static str,
    around_equals: &'static str,
    before_end: &'static str,
}

fn style() -> impl Strategy<Value = Style> {
    (
        select(vec!['"', '\'']),
        select(vec![" ", "\n", "\t ", "\r\n"]),
        select(vec!["", " ", "\r\n"]),
        select(vec!["", " ", "\n"]),
    )
        .prop_map(|(quote, space, around_equals, before_end)| Style {
            quote,
            space,
            around_equals,
            before_end,
        })
}

fn local() -> impl Strategy<Value = &'static str> {
    select(vec![
        "a",
        "Envelope",
        "Chunk",
        "x-1.b",
        "_",
        "ünïcode",
        "名",
    ])
}

fn uri() -> impl Strategy<Value = &'static str> {
    select(vec![
        "urn:1",
        "urn:2",
        "http://www.interfax.cc",
        "http://www.interfax.cc/",
        "urn:q?a&amp;b",
        "urn:&#233;",
    ])
}

/// What may stand in a value and in text alike.
fn character_data() -> impl Strategy<Value = &'static str> {
    select(vec![
        "x",
        "Text ",
        "é",
        "😀",
        "&lt;",
        "&gt;",
        "&amp;",
        "&quot;",
        "&apos;",
        "&#xA;",
        "&#13;",
        "&#x1F600;",
        "\r\n",
        "\r",
        "\n",
        "\t",
        " ",
        "]] ",
        "=",
        "/",
        "?",
        "#",
        ";",
        "\u{85}",
        "\u{2028}",
        "\u{FFFD}",
    ])
}

/// What may stand in text only.
fn markup() -> impl Strategy<Value = &'static str> {
    select(vec![
        "<![CDATA[]]>",
        "<![CDATA[<a>&lt;\r\n]]>",
        "<![CDATA[]]]]>",
        "<!---->",
        "<!-- <b> & - -->",
        "<?target?>",
        "<?target some <data> &?>",
        "\"",
        "'",
        "> ",
    ])
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf = element(vec(
        prop_oneof![3 => character_data(), 1 => markup()].prop_map(Content::Piece),
        0..6,
    ));
    leaf.prop_recursive(5, 40, 5, |inner| {
        element(vec(
            prop_oneof![
                2 => prop_oneof![3 => character_data(), 1 => markup()].prop_map(Content::Piece),
                2 => inner.prop_map(Content::Element),
            ],
            0..6,
        ))
    })
}

fn element(content: impl Strategy<Value = Vec<Content>>) -> impl Strategy<Value = Tree> {
    (
        0..PREFIXES.len(),
        local(),
        vec((0..PREFIXES.len(), uri()), 0..3),
        vec((0..PREFIXES.len(), vec(character_data(), 0..5)), 0..4),
        content,
        style(),
    )
        .prop_map(
            |(prefix, local, mut declarations, attributes, content, style)| {
                declarations.sort_by_key(|&(prefix, _)| prefix);
                declarations.dedup_by_key(|&mut (prefix, _)| prefix);
                Tree {
                    prefix,
                    local,
                    declarations,
                    attributes,
                    content,
                    style,
                }
            },
        )
}

/// A well-formed document.
pub fn document() -> impl Strategy<Value = String> {
    let prolog = select(vec![
        "",
        "\u{FEFF}",
        "<?xml version=\"1.0\"?>",
        "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\r\n",
        "\u{FEFF}<?xml version=\"1.0\" encoding=\"utf-8\"?><!-- a --> <?b c?>\n",
        " \n<!-- a -->",
    ]);
    let epilog = select(vec!["", "\n", "<!-- z -->\r\n<?y?>"]);
    (prolog, tree(), epilog).prop_map(|(prolog, mut root, epilog)| {
        // Every prefix is bound somewhere above its use.
        for prefix in 1..PREFIXES.len() {
            if root.declarations.iter().all(|&(bound, _)| bound != prefix) {
                root.declarations.push((prefix, "urn:root"));
            }
        }
        let mut text = prolog.to_owned();
        root.write(&mut text);
        text + epilog
    })
}

impl Tree {
    fn write(&self, into: &mut String) {
        let Style {
            quote,
            space,
            around_equals,
            before_end,
        } = self.style;
        let name = qualified(self.prefix, self.local);
        let _ = write!(into, "<{name}");
        for &(prefix, uri) in &self.declarations {
            let colon = if prefix == 0 { "" } else { ":" };
            let prefix = PREFIXES[prefix];
            let _ = write!(
                into,
                "{space}xmlns{colon}{prefix}{around_equals}={around_equals}{quote}{uri}{quote}"
            );
        }
        for (index, (prefix, value)) in self.attributes.iter().enumerate() {
            // Numbered: two prefixes may be bound to the same namespace.
            let name = qualified(*prefix, &format!("at{index}"));
            let value = value.concat();
            let _ = write!(
                into,
                "{space}{name}{around_equals}={around_equals}{quote}{value}{quote}"
            );
        }
        into.push_str(before_end);
        if self.content.is_empty() {
            into.push_str("/>");
            return;
        }
        into.push('>');
        for content in &self.content {
            match content {
                Content::Piece(piece) => into.push_str(piece),
                Content::Element(tree) => tree.write(into),
            }
        }
        let _ = write!(into, "</{name}{before_end}>");
    }
}

fn qualified(prefix: usize, local: &str) -> String {
    match PREFIXES[prefix] {
        "" => local.to_owned(),
        prefix => format!("{prefix}:{local}"),
    }
}

/// A document with something taken out, put in or repeated.
pub fn damaged() -> impl Strategy<Value = String> {
    let damage = (any::<prop::sample::Index>(), 0..12_usize, token());
    (document(), vec(damage, 1..4)).prop_map(|(document, damages)| {
        let mut characters: Vec<char> = document.chars().collect();
        for (place, length, token) in damages {
            let start = place.index(characters.len() + 1);
            let end = (start + length).min(characters.len());
            let put = token.map_or_else(
                || characters[start..end].repeat(2),
                |token| token.chars().collect(),
            );
            characters.splice(start..end, put);
        }
        characters.into_iter().collect()
    })
}

/// What is put in; nothing stands for a repetition of what is there.
fn token() -> impl Strategy<Value = Option<&'static str>> {
    prop_oneof![
        1 => Just(None),
        2 => Just(Some("")),
        4 => select(vec![
            "<", ">", "/", "&", ";", "\"", "'", "=", ":", " ", "!", "?", "-", "--", "]", "]]>",
            "<![CDATA[", "<!--", "-->", "<?", "?>", "<?xml version=\"1.0\"?>", "<?xml?>",
            "<?XML a?>", "<!DOCTYPE a>", "</a>", "<a>", "<a/>", "<b:a/>", "<:a/>", "<a:/>",
            "<a:b:c/>", "<xmlns:a/>", "<xml:a/>", "<1/>", " a='1' a='2'", " é:at0=''",
            " xmlns=''", " xmlns:a=''", " xmlns:a='urn:1' xmlns:é='urn:1'", " xmlns:xml='urn:1'",
            " xmlns:xml='http://www.w3.org/XML/1998/namespace'", " xmlns:xmlns='urn:1'",
            " xmlns:x='http://www.w3.org/2000/xmlns/'", " xmlns='http://www.w3.org/2000/xmlns/'",
            " xmlns:x='http://www.w3.org/XML/1998/namespace'", " xml:lang='de'", " xmlns:x='a\n&#10;b'",
            "&#0;", "&#x110000;", "&#xD800;", "&#xFFFE;", "&#-1;", "&#+1;", "&#x;", "&a;", "&lt",
            "\u{0}", "\u{1}", "\u{B}", "\u{FFFE}", "\u{FEFF}", "\u{85}", "\u{2028}",
        ])
        .prop_map(Some),
    ]
}
