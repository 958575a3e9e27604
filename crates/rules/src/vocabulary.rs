//! The words that rules may use: for each kind of subject its facts, and from them the schema that every pack is held against.

use std::fmt::Write;

/// What a rule is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A title, or the work it is.
    Work,
    /// A shot of it.
    Shot,
    /// Something in a shot that belongs to others, or music laid under.
    Thing,
    /// The grant that lets such a thing be used.
    Grant,
    /// A person, in one way of using them.
    Person,
    /// One consent of that person, for that use.
    Consent,
    /// A model.
    Model,
    /// What leaves the house, as a whole.
    Output,
    /// A performer that never was.
    Synthetic,
    /// A text.
    Text,
    /// Something handed to someone outside.
    Transfer,
    /// A period of the books.
    Period,
}

/// Of what type a fact is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// Yes or no.
    Bool,
    /// A whole number.
    Long,
    /// A day: for rules the number YYYYMMDD, for people YYYY-MM-DD.
    Day,
    /// A word or text.
    Text,
    /// A set of words.
    Words,
    /// A set of whole numbers.
    Longs,
    /// For sentences only; rules do not see it.
    Said,
}

/// One fact that a subject has.
#[derive(Clone, Copy, Debug)]
pub struct Term {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub of: Type,
    /// Whether it is always there; else it is left out where it is unknown or does not apply.
    pub always: bool,
    /// What it means.
    pub means: &'static str,
}

const fn t(name: &'static str, of: Type, always: bool, means: &'static str) -> Term {
    Term { name, of, always, means }
}

use Type::{Bool, Day, Long, Longs, Said, Text, Words};

/// Facts of the question, which every subject has.
const ASKED: &[Term] = &[
    t("ask", Text, true, "`train`, `make`, `release`, `transfer`, `close` or `due`"),
    t("on", Day, true, "the day the question is asked"),
    t("from", Day, true, "the first day of the use"),
    t("until", Day, true, "its last day"),
    t("purpose", Text, false, "what it is for, of a release or a making"),
];

const GRANTED: &[Term] = &[
    t(
        "class",
        Text,
        true,
        "`footage`, `replica`, `subject`, `training`, `post` or `thing`: how the person or thing is used",
    ),
    t("wanted_acts", Words, true, "acts that the use needs"),
    t("wanted_purposes", Words, true, "purposes that it needs"),
    t("wanted_media", Words, true, "media that it goes by"),
    t("project", Text, false, "the work it is for"),
    t("acts", Words, false, "acts given"),
    t("purposes", Words, false, "purposes given"),
    t("projects", Words, false, "works given"),
    t("media", Words, false, "media given"),
    t("territories_missing", Words, false, "countries asked for and not given"),
    t("territories", Said, false, "where it is given"),
    t("not_before", Day, false, "first day"),
    t("not_after", Day, false, "last day"),
    t("ended", Text, false, "`revoked` or `expired`, if it was on a day of the use"),
    t("document", Text, false, "the paper"),
    t("page", Long, false, "its page"),
    t("verified_by", Text, false, "who read it"),
];

const CONSENT: &[Term] = &[
    t("person", Said, true, "the person's name"),
    t("who", Said, true, "the record of who is paid: the person, or the estate of one who has died"),
    t("payee", Said, true, "their name"),
    t("forbidden", Words, true, "what the consent never allows and the use is"),
    t("scenes", Longs, false, "scenes, if it names any"),
    t("scene", Long, false, "the scene of the use"),
    t("languages", Words, false, "languages, if it names any"),
    t("wanted_languages", Words, true, "languages spoken by the replica"),
    t("tags", Words, false, "the use in words, as described to the person"),
    t("wanted_tags", Words, true, "the same words of the use"),
    t("edits_beyond", Words, true, "changes to the performance that the consent does not name"),
    t("replica", Text, true, "`none`, `EBDR`, `ICDR` or `background`"),
    t("description", Text, false, "the use as described to the person"),
    t("specific", Bool, false, "whether that is reasonably specific, as a reader judged"),
    t("conspicuous", Bool, false, "whether it could not be missed"),
    t("separately_signed", Bool, false, "whether it was signed apart"),
    t("represented_by", Text, false, "`counsel`, `union` or `none`"),
    t("replaces_work", Bool, false, "whether it replaces work the person would have done"),
    t("biometrics", Words, true, "kinds of body data taken"),
    t("signed_at", Day, false, "day of the signature"),
    t("business_reason", Text, false, "why the studio asked"),
    t("notice_minutes", Long, false, "minutes between notice and services"),
    t("engaged_minutes", Long, false, "minutes between engagement and services"),
    t("notice_by_engagement", Bool, false, "whether notice was given by the time of the engagement"),
    t("made_by", Text, false, "`scan`, `set_photography` or `archive`"),
    t("same_picture", Bool, false, "whether it is used in the work whose services it was made in"),
    t("one_paper", Bool, true, "whether this consent is also the one of the work it was made for"),
    t("photography_start", Day, false, "first day of photography of the work it is used in"),
    t("pay_basis", Text, false, "how it is paid"),
    t("pay_below_minimum", Bool, false, "whether the amount is less than the least that may be paid"),
    t("residuals", Text, false, "how residuals are counted"),
    t("deceased", Bool, false, "whether the person has died"),
    t("years_since_death", Long, false, "whole years since then"),
    t("domicile", Text, false, "where the person lives or last lived"),
    t("by_other", Bool, true, "whether someone else than the person signed"),
    t("by_estate", Bool, true, "whether an estate of the person signed"),
    t("authority_verified", Bool, true, "whether the estate's authority was read by someone"),
    t("minor", Bool, false, "whether the person is under age"),
    t("term_years", Long, false, "whole years between its first and last day"),
    t("covered_by", Words, true, "guilds whose agreements cover the use"),
];

const PERSON: &[Term] = &[
    t("class", Text, true, "`footage`, `replica`, `subject`, `training` or `post`: how the person is used"),
    t("person", Said, true, "the person's name"),
    t("who", Said, true, "the record of who is paid: the person, or the estate of one who has died"),
    t("payee", Said, true, "their name"),
    t("work", Said, true, "the work's title"),
    t("recorded", Bool, true, "whether any consent of the person is recorded"),
    t("consent", Said, false, "consents of the person"),
    t("carried", Bool, false, "whether a consent carries the use; left out where that is unknown"),
    t("kinds", Words, true, "what of the person is used"),
    t("tags", Words, true, "what is made, in the words of consents"),
    t("minor", Bool, false, "whether the person is under age, or was in what is used"),
    t("named_in_prompt", Bool, true, "whether the model's words name the person"),
    t("reference_image", Bool, true, "whether a picture of a person is given to the model"),
    t("strikes", Words, true, "guilds on strike that day"),
    t("crafts", Words, false, "crafts the person was engaged for; left out if no engagement is recorded"),
    t("uncovered", Words, true, "guilds without a pack of rules for the day of photography"),
    t("separate_ai_agreement", Bool, false, "whether a paper of its own lets models learn"),
    t("scan_separate", Bool, false, "whether the scan was asked for in a paper of its own"),
    t("barred", Words, true, "topics of the use that a clause bars"),
    t("papers_unknown", Words, true, "agreements that an engagement names and that are not recorded"),
    t("changed", Bool, true, "whether what was filmed of them is changed"),
    t("disclosure", Text, false, "where it is said that likenesses were made"),
    t("reviewed", Bool, true, "whether a person recorded a review of possible deception"),
    t("deceased", Bool, false, "whether the person has died"),
    t("years_since_death", Long, false, "whole years since then"),
    t("domicile", Text, false, "where the person lives or last lived"),
    t("made_minutes", Long, true, "begun minutes made from the person"),
    t("solo", Bool, true, "whether nobody else prompted them"),
];

const WORK: &[Term] = &[
    t("work", Said, true, "its title"),
    t("recorded", Bool, true, "whether one work, and one only, is recorded of that name"),
    t("project_known", Bool, true, "whether the work that the use is for is said"),
    t("machine", Bool, true, "whether a model learns from it, makes or changes something of it"),
    t("acts", Words, true, "acts that the use needs"),
    t("chain_known", Bool, false, "whether authors are recorded for every work it is made from"),
    t("gaps", Words, true, "what the chain of title leaves open, and what was given away"),
    t("territories_missing", Words, true, "countries where it leaves something open"),
    t("barred", Words, true, "topics of the use that a clause bars, in papers that are no one person's"),
    t("papers_missing", Words, true, "links of the chain without document, page or reader"),
    t("guilds", Words, false, "agreements it was made under"),
    t("photography_start", Day, false, "first day of photography"),
    t("uncovered", Words, true, "guilds without a pack of rules for that day"),
    t("consulted_on", Day, false, "day of the first consultation with the director about models"),
    t("contribution", Bool, true, "whether human contributions are recorded"),
];

const SHOT: &[Term] = &[
    t("shot", Said, true, "its number"),
    t("work", Said, true, "its title"),
    t("numbered", Bool, true, "whether it is known which shot is used"),
    t("recorded", Bool, true, "whether anything is recorded of it"),
    t("whole", Bool, true, "whether someone confirmed who and what is in it"),
];

const THING: &[Term] = &[
    t("what", Said, true, "what it is"),
    t("shot", Said, false, "in which shot"),
    t("holder", Text, false, "whose it is; left out where unknown"),
    t("free", Bool, true, "whether it is the studio's own or in the public domain"),
    t("tdm", Text, false, "`none` or `reserved`; left out where unknown"),
    t("carried", Bool, false, "whether its grant carries the use; left out where none is recorded, or that is unknown"),
    t("grant", Said, false, "the grant"),
];

const MODEL: &[Term] = &[
    t("model", Said, true, "its name"),
    t("recorded", Bool, true, "whether it is recorded"),
    t("named", Bool, true, "whether it is named as a record, not as a specialist's aspect"),
    t("likeness", Bool, true, "whether it makes persons"),
    t("subject", Text, false, "the person it exists to show"),
    t("shows", Said, false, "the person it exists to show, for sentences"),
    t("subject_carried", Bool, false, "whether a consent to make it carries it; left out where that is unknown"),
    t("subject_ended", Text, false, "the consent to make it, where that has ended and no other stands"),
    t("ended_on", Day, false, "the day it ended"),
    t("unnamed", Bool, true, "whether a picture is given to it of a person whom nobody named"),
    t("traced", Bool, true, "whether every model that it was made from is recorded"),
    t("drifted", Words, true, "persons of models it was made from"),
    t("reconsented", Words, true, "those of them who consented to this very model"),
    t("prompts", Long, false, "how often it was asked whether it repeats its lessons"),
    t("extracted", Long, false, "how often it repeated"),
    t("access_limited", Bool, false, "whether only those who need it can read its files"),
    t("vendor", Text, false, "who hosts or trains it outside"),
    t("vendor_exclusive", Bool, false, "whether the studio may use nobody else"),
    t("vendor_retains", Bool, false, "whether the vendor keeps what it is given"),
    t("vendor_trains", Bool, false, "whether it learns from what it is given"),
    t("vendor_deletes", Bool, false, "whether it must prove that it deleted"),
    t("weights_own", Bool, false, "whether the weights are the studio's"),
];

const OUTPUT: &[Term] = &[
    t("said", Bool, true, "whether it is said what is used, where, by which media and from when to when"),
    t("machine", Bool, true, "whether a model made or changed something in it"),
    t("likeness", Bool, true, "whether a model made a real person"),
    t("persons", Words, true, "those persons"),
    t("disclosure", Text, false, "where it is said that likenesses were made"),
    t("credentials", Bool, true, "whether it will carry signed credentials"),
    t("mark", Bool, true, "whether it will carry the invisible mark"),
];

const SYNTHETIC: &[Term] = &[
    t("synthetic", Said, true, "its name"),
    t("recorded", Bool, true, "whether it is recorded"),
    t("human_role", Bool, false, "whether it plays a human being"),
    t("in_work", Bool, false, "whether the work has it as well"),
    t("value_memo", Text, false, "the paper that says why it adds what a performer could not"),
    t("notice_on", Day, false, "day the union was told"),
    t("bargaining", Text, false, "`open`, `agreed` or `arbitration`"),
    t("disclosure", Text, false, "where it is said"),
];

const TEXT: &[Term] = &[
    t("text", Said, true, "its name"),
    t("origin", Text, true, "`human`, `writer_with_gai` or `gai`"),
    t("writer", Text, false, "the writer it was handed to"),
    t("disclosed_on", Day, false, "day it was disclosed to that writer"),
    t("credited_as_source", Bool, false, "whether it is named as source material"),
    t("tool_required", Bool, false, "whether the writer was made to use a machine"),
];

const TRANSFER: &[Term] = &[
    t("transfer", Said, true, "its name"),
    t("recorded", Bool, true, "whether it is recorded"),
    t("holds", Bool, true, "whether the works it holds are recorded"),
    t("what", Text, false, "`footage`, `replica`, `training_set` or `script`"),
    t("to", Text, false, "who receives it"),
    t("transfer_on", Day, false, "the day"),
    t("for_training", Bool, false, "whether it is for teaching a model"),
    t("affiliated", Bool, false, "whether the receiver belongs to the studio's group"),
    t("public_facing", Bool, false, "whether the public can use the model"),
    t("undertaking_on", Day, false, "day the receiver signed to keep the conditions"),
    t("union_asked_on", Day, false, "day the union was asked"),
    t("union_days", Long, false, "days between that and the transfer"),
    t("union_approved", Bool, false, "whether the union approved"),
];

const PERIOD: &[Term] = &[
    t("period", Said, true, "its name"),
    t("pool", Text, false, "what is to be shared out; left out if it is no amount"),
    t("paid", Text, false, "what the lines come to; left out if one is no amount"),
    t("difference", Long, false, "pool less lines, in ten-thousandths"),
    t("unanswered", Words, true, "duties without a line, or with an unexplained nothing"),
    t("below_floor", Words, true, "parties paid by attribution for less than the noise"),
];

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 12] = [
        Kind::Work,
        Kind::Shot,
        Kind::Thing,
        Kind::Grant,
        Kind::Person,
        Kind::Consent,
        Kind::Model,
        Kind::Output,
        Kind::Synthetic,
        Kind::Text,
        Kind::Transfer,
        Kind::Period,
    ];

    /// Its name in rules, `Action::"consent"`.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Work => "work",
            Kind::Shot => "shot",
            Kind::Thing => "thing",
            Kind::Grant => "grant",
            Kind::Person => "person",
            Kind::Consent => "consent",
            Kind::Model => "model",
            Kind::Output => "output",
            Kind::Synthetic => "synthetic",
            Kind::Text => "text",
            Kind::Transfer => "transfer",
            Kind::Period => "period",
        }
    }

    /// Its facts.
    pub fn terms(self) -> impl Iterator<Item = &'static Term> {
        let own: [&[Term]; 2] = match self {
            Kind::Work => [WORK, &[]],
            Kind::Shot => [SHOT, &[]],
            Kind::Thing => [THING, &[]],
            Kind::Grant => [GRANTED, &[]],
            Kind::Person => [PERSON, &[]],
            Kind::Consent => [GRANTED, CONSENT],
            Kind::Model => [MODEL, &[]],
            Kind::Output => [OUTPUT, &[]],
            Kind::Synthetic => [SYNTHETIC, &[]],
            Kind::Text => [TEXT, &[]],
            Kind::Transfer => [TRANSFER, &[]],
            Kind::Period => [PERIOD, &[]],
        };
        ASKED.iter().chain(own[0]).chain(own[1])
    }

    /// The fact of that name.
    pub fn term(self, name: &str) -> Option<&'static Term> {
        self.terms().find(|term| term.name == name)
    }
}

/// The schema of all facts, in Cedar's language; what a studio's own packs are held against too.
pub fn schema() -> String {
    let mut out = String::from("entity Studio;\nentity Subject;\n");
    for kind in Kind::ALL {
        writeln!(
            out,
            "action {} appliesTo {{\n  principal: Studio,\n  resource: Subject,\n  context: {{",
            kind.as_str()
        )
        .expect("a text grows");
        for term in kind.terms() {
            let of = match term.of {
                Bool => "Bool",
                Long | Day => "Long",
                Text => "String",
                Words => "Set<String>",
                Longs => "Set<Long>",
                Said => continue,
            };
            let may = if term.always { "" } else { "?" };
            writeln!(out, "    {}{may}: {of}, // {}", term.name, term.means).expect("a text grows");
        }
        out.push_str("  }\n};\n");
    }
    out
}
