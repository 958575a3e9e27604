//! Sheets and notices that are about one row of the record.

use release::paper::{
    ConsentSheet, ScanNotice, StrikeBanner, SyntheticMemo, TransferRequest, UnionNotice, VendorSheet, Verdict,
    WriterDisclosure, consent_sheet, scan_notice, strike_banner, synthetic_memo, transfer_request, union_notice,
    vendor_sheet, writer_disclosure,
};
use rights::{Date, Guild, Record, Replica, Strike, Transfer};
use rules::Rulebook;

use super::{Page, Paper, PaperError, answer, row};
use crate::rights::STUDIO;

pub(super) fn page(book: &Rulebook, record: &Record, wanted: &Paper, on: Date) -> Result<Page, PaperError> {
    match wanted {
        Paper::Consent { consent } => {
            let consent = row::consent(record, consent)?;
            let paper = ConsentSheet { consent, record, on };
            let name = record.name(&consent.person);
            Ok(made("consent", &consent.id, name, consent_sheet(&paper), paper.verdict()))
        }
        Paper::ScanNotice { consent, services_at, place } => {
            let consent = row::consent(record, consent)?;
            let decisions = answer::of_consent(book, record, consent, on);
            scan(ScanNotice { consent, decisions: &decisions, services_at: *services_at, place, record, on })
        }
        Paper::UnionNotice { transfer, guild } => {
            let transfer = row::named(&record.transfers, "transfer", "transfer", transfer)?;
            let guild = union(record, transfer, *guild)?;
            let paper = UnionNotice { transfer, guild, record, on };
            // One transfer may need notice to several unions: a page each.
            let about = format!("{} {guild}", transfer.id);
            Ok(made("union_notice", &about, guild.as_str(), union_notice(&paper), paper.verdict()))
        }
        Paper::Writer { text } => {
            let text = row::named(&record.texts, "text", "text", text)?;
            let decision = answer::of_work(book, record, &text.work, &[], on);
            let paper = WriterDisclosure { text, decision: &decision, record, on };
            let name = text.handed_to.as_deref().map_or("a writer to be named", |writer| record.name(writer));
            Ok(made("writer", &text.id, name, writer_disclosure(&paper), paper.verdict()))
        }
        Paper::Synthetic { synthetic, value } => {
            let synthetic = row::named(&record.synthetics, "synthetic performer", "synthetic", synthetic)?;
            let decision = answer::of_work(book, record, &synthetic.work, &[&synthetic.id], on);
            let paper = SyntheticMemo { synthetic, value: value.as_deref(), decision: &decision, record, on };
            Ok(made("synthetic", &synthetic.id, &synthetic.id, synthetic_memo(&paper), paper.verdict()))
        }
        Paper::Transfer { transfer } => {
            let transfer = row::named(&record.transfers, "transfer", "transfer", transfer)?;
            if transfer.what != "replica" {
                return Err(PaperError::NoReplica { transfer: transfer.id.clone(), what: transfer.what.clone() });
            }
            let paper = TransferRequest { transfer, record, on };
            Ok(made("transfer", &transfer.id, record.name(&transfer.to), transfer_request(&paper), paper.verdict()))
        }
        Paper::Strike { strike } => {
            let strike = self::strike(record, strike.as_deref(), on)?;
            let resting = answer::resting(book, record, strike, on);
            let paper = StrikeBanner { strike, resting: &resting, record, on };
            Ok(made("strike", &strike.id, strike.guild.as_str(), strike_banner(&paper), paper.verdict()))
        }
        Paper::Vendor { vendor } => {
            let vendor = self::vendor(record, vendor)?;
            let paper = VendorSheet { vendor, studio: STUDIO, record, on };
            Ok(made("vendor", vendor, record.name(vendor), vendor_sheet(&paper), paper.verdict()))
        }
        Paper::Chain { .. } | Paper::Passport(_) | Paper::Summary(_) => {
            unreachable!("these are not about one row, and are made elsewhere")
        }
    }
}

fn made(paper: &'static str, about: &str, name: &str, html: String, verdict: Verdict) -> Page {
    Page { paper, about: about.to_owned(), name: name.to_owned(), html, verdict, chain: None, training: None }
}

fn scan(paper: ScanNotice<'_>) -> Result<Page, PaperError> {
    let (consent, record) = (paper.consent, paper.record);
    if consent.replica == Replica::None && consent.biometrics.is_empty() {
        return Err(PaperError::NoScan(consent.id.clone()));
    }
    if let (Some(notice), Some(asked)) = (&consent.notice, paper.services_at)
        && notice.services_at != asked
    {
        return Err(PaperError::Services { consent: consent.id.clone(), services_at: notice.services_at });
    }
    Ok(made("scan_notice", &consent.id, record.name(&consent.person), scan_notice(&paper), paper.verdict()))
}

/// The union that is to be told: the one named, or the only one whose agreement the works were made under.
fn union(record: &Record, transfer: &Transfer, named: Option<Guild>) -> Result<Guild, PaperError> {
    let works: Vec<_> = transfer.works.iter().filter_map(|work| record.work(work)).collect();
    let mut guilds: Vec<Guild> = works.iter().filter_map(|work| work.guilds.as_ref()).flatten().copied().collect();
    guilds.sort_unstable();
    guilds.dedup();
    // Where the agreements of one work are not recorded, it may be any union's.
    let unknown = works.len() < transfer.works.len() || works.iter().any(|work| work.guilds.is_none());
    let failed = |because: String, known: &[Guild]| PaperError::Union {
        transfer: transfer.id.clone(),
        because,
        known: known.iter().map(ToString::to_string).collect(),
    };
    match (named, guilds.as_slice()) {
        (Some(guild), known) if unknown || known.contains(&guild) => Ok(guild),
        (Some(guild), []) => {
            Err(failed(format!("its works were made under no union's agreement, so not under {guild}"), Guild::ALL))
        }
        (Some(guild), known) => Err(failed(format!("none of its works was made under {guild} as recorded"), known)),
        (None, [guild]) if !unknown => Ok(*guild),
        (None, known) if unknown => {
            let known = if known.is_empty() { Guild::ALL } else { known };
            Err(failed("not all agreements of its works are recorded".to_owned(), known))
        }
        (None, []) => Err(failed("its works were made under no union's agreement as recorded".to_owned(), Guild::ALL)),
        (None, known) => Err(failed("its works were made under several unions' agreements".to_owned(), known)),
    }
}

/// The strike named, the one that lasts on the day, or the only one there is.
fn strike<'a>(record: &'a Record, asked: Option<&str>, on: Date) -> Result<&'a Strike, PaperError> {
    if let Some(asked) = asked {
        return row::named(&record.strikes, "strike", "strike", asked);
    }
    let lasting: Vec<&Strike> =
        record.strikes.values().filter(|s| s.from <= on && s.until.is_none_or(|until| until >= on)).collect();
    let all: Vec<&Strike> = record.strikes.values().collect();
    match if lasting.is_empty() { all } else { lasting }.as_slice() {
        [one] => Ok(one),
        [] => {
            let asked = "any".to_owned();
            Err(PaperError::NotRecorded { kind: "strike", table: "strike", asked, known: Vec::new() })
        }
        several => {
            let known = several.iter().map(|strike| strike.id.clone()).collect();
            Err(PaperError::Several { kind: "strikes", asked: "strike".to_owned(), known })
        }
    }
}

/// The vendor named, or that of the model named.
fn vendor<'a>(record: &'a Record, asked: &'a str) -> Result<&'a str, PaperError> {
    if let Some(party) = row::party(record, asked)? {
        return Ok(&party.id);
    }
    let model = row::model(record, asked)?;
    model.vendor.as_ref().map(|vendor| vendor.party.as_str()).ok_or_else(|| PaperError::NoVendor(model.id.clone()))
}
