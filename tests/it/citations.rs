//! How people cite documents and paragraphs in six languages: what is found, which document it is bound to, and what stays
//! unknown because the words leave it open.

use crate::app::App;
use crate::classify::classifier;
use pouch::classify::{Cited, Classifier, Input, check_citation};
use pouch::domain::Digest;
use pouch::domain::catalogue::Catalogue;
use pouch::domain::classification::{Citation, TextPart};
use pouch::domain::extraction::{Segment, SegmentKind};
use pouch::domain::message::ParsedMessage;
use pouch::parse::parse;

const CATALOGUE: &str = include_str!("../../catalogue/second-apr.toml");
const DAY: &str = "Tue, 28 Nov 2023";

fn mail(date: &str, subject: &str, text: &str) -> ParsedMessage {
    let raw = format!(
        "From: A <a@body.example>\r\nSubject: {subject}\r\nDate: {date} 10:00:00 +0000\r\nMessage-ID: <x@y>\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    );
    parse(raw.as_bytes())
}

fn part(path: &str, text: &str) -> TextPart {
    TextPart {
        path: path.into(),
        name: None,
        digest: Digest::of(text.as_bytes()),
        segments: vec![Segment::new(1, SegmentKind::Body, text.to_string())],
        own: None,
        title: None,
    }
}

fn cited_by(classifier: &Classifier, date: &str, subject: &str, text: &str) -> Cited {
    let message = mail(date, subject, text);
    let whole = message.body.text.clone();
    let cited = classifier.cited(&Input { message: &message, texts: vec![part("body", &whole)] });
    for one in &cited.citations {
        assert!(check_citation(&whole, one), "not verbatim: {one:?} in {whole}");
    }
    cited
}

fn cited(text: &str) -> Cited {
    cited_by(classifier(), DAY, "Input", text)
}

/// As `A/78/265 55-57,58; ? 12; A/70/174`.
fn in_short(citations: &[Citation]) -> String {
    let one = |one: &Citation| {
        let document = one.document.as_deref().unwrap_or("?");
        format!("{document} {}", one.paragraphs.join(",")).trim_end().to_string()
    };
    citations.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// Reads each text as an input by itself, and shows all that come out otherwise at once.
fn holds(table: &[(&str, &str)]) {
    let wrong: Vec<String> = table
        .iter()
        .filter_map(|(text, expected)| {
            let found = in_short(&cited(text).citations);
            (found != *expected).then(|| format!("{text}\n    expected {expected}\n    found    {found}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), table.len(), wrong.join("\n"));
}

#[test]
fn english_citations_are_found_and_bound() {
    holds(&[
        ("We welcome A/78/265 as it is.", "A/78/265"),
        ("As A-78-265 says, we agree.", "A/78/265"),
        ("See paragraphs 55-57 of A/78/265 for that.", "A/78/265 55-57"),
        ("See A/78/265, paras. 55, 56 and 57.", "A/78/265 55,56,57"),
        ("We read para. 55 of the second APR.", "A/78/265 55"),
        ("We read the second annual progress report with care.", "A/78/265"),
        ("The 2nd annual progress report (A/78/265) is good.", "A/78/265"),
        ("The first APR and the third APR differ.", "A/77/275; A/79/214"),
        ("Your report of this summer asks for more.", "A/78/265"),
        ("The July report asks for more.", "A/78/265"),
        ("The progress report of this year asks for more.", "A/78/265"),
        ("The APR is a good basis.", "A/78/265"),
        ("Principles: A/75/816, paragraph 56.", "A/75/816 56"),
        ("The principles in paragraph 56 of the 2021 OEWG report hold.", "A/75/816 56"),
        ("The final report of the OEWG (A/75/816) holds.", "A/75/816"),
        ("The GGE report of 2015 (A/70/174) and the 2021 GGE report (A/76/135) hold.", "A/70/174; A/76/135"),
        ("The report of the Group of Governmental Experts of 2013 says so.", "A/68/98"),
        ("Under norm 13(h) States help.", "A/70/174 13(h)"),
        ("Under norm (h) and norm j States help.", "A/70/174 13(h); A/70/174 13(j)"),
        ("Norms 13 (f), (g) and (h) belong together.", "A/70/174 13(f),13(g),13(h)"),
        ("Norm 13(i) in A/76/135 is longer.", "A/76/135 13(i)"),
        ("CBM 6 fits us.", "A/79/214 CBM 6"),
        (
            "General Assembly resolution 77/37 and resolutions 75/240 and 76/19 apply.",
            "A/RES/77/37; A/RES/75/240; A/RES/76/19",
        ),
        ("A/RES/77/37 and A/AC.292/2023/CRP.1 apply.", "A/RES/77/37; A/AC.292/2023/CRP.1"),
        ("Annexes A and B of the second APR hold.", "A/78/265 Annex A,Annex B"),
        ("Section G of the second APR, paragraphs 55 to 57, holds.", "A/78/265 section G; A/78/265 55-57"),
        ("The Global Digital Compact is another matter.", "Global Digital Compact"),
        ("See the second APR.\n\nParagraph 48 asks for more.", "A/78/265; A/78/265 48"),
        ("Subparagraph (b) of paragraph 34 of the second APR holds.", "A/78/265 34(b)"),
        ("The 2021 report of our institute says so. A 7-day course has 78 hours.", ""),
    ]);
}

#[test]
fn english_traps_stay_unknown_or_go_elsewhere() {
    holds(&[
        ("Paragraph 55 asks for more.", "? 55"),
        ("Unlike paragraph 56 of A/75/816, paragraph 48 of the second APR is short.", "A/75/816 56; A/78/265 48"),
        ("Unlike paragraph 56 of A/75/816, paragraph 48 is short.", "A/75/816 56; ? 48"),
        ("See the second APR. The 2021 OEWG report is older. Paragraph 56 is the best.", "A/78/265; A/75/816; ? 56"),
        ("We know A/75/816; paragraph 56 of that report is the best.", "A/75/816; A/75/816 56"),
        (
            "Under Article 2, paragraph 4, of the Charter of the United Nations force is out.",
            "Charter of the United Nations 4",
        ),
        ("The second APR is good. Under Article 2, paragraph 4, force is out.", "A/78/265; ? 4"),
        ("Our annex A and Annex B to this paper have more. The norm a State follows counts.", ""),
        ("Annex A: Registration details", ""),
        ("In paragraph 56 of A/75/816, 30 States and 12 NGOs are thanked.", "A/75/816 56"),
        ("In paragraph 56 and 2021 more came. The 11 norms; norms 5G networks need.", "? 56"),
        (
            "The recommendations 10 years ago were few. Recommendation 4 of the second APR is not.",
            "A/78/265 recommendation 4",
        ),
        ("First, the report of our lab; second, our annual report.", ""),
        ("The 2021 report is good.", "?"),
        ("The 2021 report is good. A/75/816 is long.", "A/75/816; A/75/816"),
        ("The 2021 report is good. A/75/816 and A/76/135 are long.", "?; A/75/816; A/76/135"),
        ("The GGE report is good.", "?"),
        ("Norm 13(h) is not paragraph 13 of A/78/265.", "A/70/174 13(h); A/78/265 13"),
        ("We wrote 78/265 files at 9/11.", ""),
        ("CBM 2 and CBM 3 work.", "A/78/265 CBM 2; A/78/265 CBM 3"),
        ("The second APR matters. The report also says more.", "A/78/265; A/78/265"),
        (
            "The second APR matters. Paragraph 24 of the present paper, paragraph 9 above and our paragraph 5 are ours.",
            "A/78/265",
        ),
        ("The second APR matters. Our second annual report of 2022 is ours.", "A/78/265"),
        ("Operative paragraph 3 of A/RES/76/19 and S/2023/123 matter.", "A/RES/76/19 3; S/2023/123"),
        ("Paragraphs 31 and 35 of the report A/78/265 matter.", "A/78/265 31,35"),
        ("A/78/265, §55, and A/C.1/78/L.60/Rev.1 matter.", "A/78/265 55; A/C.1/78/L.60/Rev.1"),
        ("The report of the Secretary-General on the Sahara is long. Norm 3 is hard.", "? norm 3"),
    ]);
}

#[test]
fn what_depends_on_the_day_is_resolved_by_it_or_stays_unknown() {
    for (day, text, expected) in [
        ("Mon, 28 Mar 2022", "The APR is a good basis.", "?"),
        ("Mon, 28 Nov 2022", "The APR is a good basis.", "A/77/275"),
        ("Thu, 27 Jul 2023", "The APR is a good basis.", "A/77/275"),
        ("Fri, 28 Jul 2023", "The APR is a good basis.", "A/78/265"),
        ("Thu, 28 Nov 2024", "The APR is a good basis.", "A/79/214"),
        ("Mon, 28 Nov 2022", "The July report is a good basis.", "A/77/275"),
        ("Mon, 26 Jun 2023", "The July report is a good basis.", "A/77/275"),
        ("Mon, 26 Jun 2023", "The report of this year is a good basis.", "?"),
        ("Thu, 28 Nov 2024", "CBM 2 works. CBM 6 of the APR, too.", "?  CBM 2; A/79/214 CBM 6"),
        ("Mon, 28 Nov 2022", "CBM 6 works.", "A/79/214 CBM 6"),
    ] {
        let found = in_short(&cited_by(classifier(), day, "Input", text).citations);
        assert_eq!(found, expected.replace("?  ", "? "), "{day}: {text}");
    }
}

#[test]
fn a_bare_paragraph_is_ours_only_if_the_input_names_ours_and_nothing_nearer() {
    let by_subject = |subject: &str, text: &str| in_short(&cited_by(classifier(), DAY, subject, text).citations);
    assert_eq!(by_subject("Input", "Paragraph 48 is good."), "? 48");
    assert_eq!(by_subject("On the second APR", "Paragraph 48 is good."), "A/78/265 48");
    assert_eq!(by_subject("On the second APR", "A/75/816 is old. Paragraph 48 is good."), "A/75/816; ? 48");
    assert_eq!(by_subject("On the second APR", "The report is good. A report is."), "A/78/265");
    // Another part of the same input, with another document in between only in its own part.
    let message = mail(DAY, "Input", "x");
    let texts = vec![part("body", "We cite A/78/265 and A/75/816."), part("2", "Paragraph 48 is good.")];
    let found = classifier().cited(&Input { message: &message, texts });
    assert_eq!(in_short(&found.citations), "A/78/265; A/75/816; A/78/265 48");
    assert_eq!(found.citations[2].part, "2");
}

#[test]
fn a_citation_says_where_it_stands_and_quotes_what_is_there() {
    let text = "Ἀρχή. We read paragraph 56 of A/75/816, twice.";
    let found = cited(text).citations;
    let one = &found[0];
    assert_eq!((one.text.as_str(), one.part.as_str(), one.segment), ("paragraph 56 of A/75/816", "body", 1));
    assert_eq!((one.span.start, one.span.end), (14, 38));
    assert_eq!(one.place(), "A/75/816, 56");
}

#[test]
fn a_verified_number_of_our_report_names_its_recommendation_and_no_other() {
    let verified = CATALOGUE
        .replace("id = \"cb-gender\"", "id = \"cb-gender\"\nparagraph = \"47\"")
        .replace("id = \"rid-common-elements\"", "id = \"rid-common-elements\"\nparagraph = \"55-57\"")
        .replace("id = \"cb-portal\"", "id = \"cb-portal\"\nparagraph = \"34(b)\"");
    let knows = Classifier::new(&Catalogue::read(&verified).unwrap(), &[], "");
    for (text, expected) in [
        ("We support paragraph 47 of A/78/265.", "47 cb-gender"),
        ("We support paragraph 47(a) of A/78/265.", "47(a) cb-gender"),
        ("We support paragraph 56 of the second APR.", "56 rid-common-elements"),
        ("We support paragraphs 54-58 of the second APR.", "54-58 rid-common-elements"),
        ("We support paragraphs 47, 48 and 55 of the second APR.", "47 cb-gender; 55 rid-common-elements; 48 -"),
        ("We support paragraph 34(b) of the second APR.", "34(b) cb-portal"),
        // Wide ranges, other letters, other documents, other kinds of numbers.
        ("We support paragraphs 30 to 60 of the second APR.", "30-60 -"),
        ("We support paragraph 34(c) and paragraph 34 of the second APR.", "34(c) -; 34 -"),
        ("We support paragraph 47 of A/75/816.", "47 -"),
        ("We support paragraph 47.", "47 -"),
        ("We support recommendation 47 of the second APR.", "recommendation 47 -"),
    ] {
        let found = cited_by(&knows, DAY, "Input", text);
        let shown = found
            .citations
            .iter()
            .map(|one| format!("{} {}", one.paragraphs.join(","), one.recommendation.as_deref().unwrap_or("-")));
        assert_eq!(shown.collect::<Vec<_>>().join("; "), expected, "{text}");
        assert_eq!(found.named.len(), expected.matches("cb-").count() + expected.matches("rid-").count(), "{text}");
    }
    assert!(cited("We support paragraph 47 of A/78/265.").named.is_empty());
}

#[test]
fn a_recommendation_that_is_named_comes_with_its_sentence() {
    let verified = CATALOGUE.replace("id = \"cb-gender\"", "id = \"cb-gender\"\nparagraph = \"47\"");
    let knows = Classifier::new(&Catalogue::read(&verified).unwrap(), &[], "");
    let text = "We are a union. We support para. 47 of A/78/265 in full. We have more to say.";
    let found = cited_by(&knows, DAY, "Input", text);
    let [named] = found.named.as_slice() else { panic!("{:?}", found.named) };
    let quoted: String = text.chars().take(named.sentence.end).skip(named.sentence.start).collect();
    assert_eq!((named.recommendation.as_str(), named.passage), ("cb-gender", 0));
    assert_eq!(quoted, "We support para. 47 of A/78/265 in full.");
}

#[test]
fn an_input_says_which_documents_it_speaks_of_the_most_frequent_first() {
    let found = cited(
        "The first APR asks for trust. A/77/275, paragraph 9, says how. Norm 13(h) helps, and so does the second APR. \
         See paragraph 12 of A/77/275. The Global Digital Compact is another matter. Paragraph 3 is good.",
    );
    let expected = [("A/77/275", 3), ("A/70/174", 1), ("A/78/265", 1), ("Global Digital Compact", 1)];
    assert_eq!(found.documents, expected.map(|(name, count)| (name.to_string(), count)));
}

#[test]
fn what_older_versions_stored_as_words_is_still_read() {
    let old: Vec<Citation> = serde_json::from_str(r#"["We refer to paragraph 47."]"#).unwrap();
    assert_eq!(old, [Citation { text: "We refer to paragraph 47.".into(), ..Citation::default() }]);
    let new = cited("We read paragraph 56 of A/75/816.").citations;
    let json = serde_json::to_string(&new).unwrap();
    assert!(json.contains("\"start\":8"), "{json}");
    assert_eq!(serde_json::from_str::<Vec<Citation>>(&json).unwrap(), new);
}

#[test]
fn a_text_made_of_nothing_but_citations_takes_no_long_time() {
    let started = std::time::Instant::now();
    for piece in [
        "report ",
        "the report of 2021 ",
        "A/78/265, §5 ",
        "第二份报告",
        "the same report, paragraph 5 ",
        "13(h) norm (h) and ",
    ] {
        let message = mail(DAY, "Input", "x");
        let whole = piece.repeat(200_000 / piece.len());
        classifier().cited(&Input { message: &message, texts: vec![part("body", &whole)] });
        // One sentence a line.
        let lines = format!("{piece}.\n\n").repeat(200_000 / (piece.len() + 3));
        classifier().cited(&Input { message: &message, texts: vec![part("body", &lines)] });
    }
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}

#[test]
fn french_citations_are_found_and_bound() {
    holds(&[
        ("Nous saluons le deuxième rapport d'activité annuel.", "A/78/265"),
        ("Nous saluons le second rapport d’étape annuel.", "A/78/265"),
        ("Le premier rapport annuel d'activité est ancien.", "A/77/275"),
        ("Le troisième rapport d'activité annuel viendra.", "A/79/214"),
        ("Voir le paragraphe 57 du deuxième rapport d'activité annuel.", "A/78/265 57"),
        ("Voir les paragraphes 55 à 57 du document A/78/265.", "A/78/265 55-57"),
        ("Voir les paragraphes 31, 47 et 48 de A/78/265.", "A/78/265 31,47,48"),
        ("Au par. 55 de A/78/265, on lit plus.", "A/78/265 55"),
        ("L'annexe B du deuxième rapport d'activité annuel suffit.", "A/78/265 Annex B"),
        ("Le rapport du Groupe de travail de 2021 (A/75/816), paragraphe 56, suffit.", "A/75/816 56"),
        ("Nous citons A/75/816. Le paragraphe 56 du même rapport suffit.", "A/75/816; A/75/816 56"),
        ("Le rapport du Groupe d'experts gouvernementaux de 2015 suffit.", "A/70/174"),
        ("La norme 13 h) oblige.", "A/70/174 13(h)"),
        ("L'alinéa h) du paragraphe 13 du document A/70/174 oblige.", "A/70/174 13(h)"),
        ("La résolution 77/37 de l'Assemblée générale suffit.", "A/RES/77/37"),
        ("Votre rapport de cet été demande plus.", "A/78/265"),
        ("Le rapport de juillet demande plus.", "A/78/265"),
        ("La section G de A/78/265 suffit.", "A/78/265 section G"),
        ("Les normes 13 i) et 13 j) du rapport de 2015 (A/70/174) obligent.", "A/70/174 13(i),13(j)"),
        ("Voir les paragraphes 13 c) à e) du document A/70/174.", "A/70/174 13(c),13(d),13(e)"),
        ("Le Pacte numérique mondial est autre chose.", "Global Digital Compact"),
        // Traps.
        ("Signé par 55 États. La norme a été suivie.", ""),
        ("Selon l'article 2, paragraphe 3, il faut régler les différends.", "? 3"),
        ("Notre annexe A en dit plus. Notre rapport de 2022 aussi.", ""),
        ("Le paragraphe 55 demande plus.", "? 55"),
    ]);
}

#[test]
fn spanish_citations_are_found_and_bound() {
    holds(&[
        ("Saludamos el segundo informe anual sobre los progresos.", "A/78/265"),
        ("Saludamos el segundo informe anual sobre los progresos realizados.", "A/78/265"),
        ("El primer informe anual de progreso es antiguo.", "A/77/275"),
        ("El tercer informe anual vendrá.", "A/79/214"),
        ("Véase el párrafo 56 del segundo informe anual.", "A/78/265 56"),
        ("Véanse los párrafos 55 a 57 de A/78/265.", "A/78/265 55-57"),
        ("Véanse los párrafos 31, 47 y 48 del documento A/78/265.", "A/78/265 31,47,48"),
        ("A/78/265, párr. 55, lo dice.", "A/78/265 55"),
        ("A/78/265, párrs. 55 a 57, lo dice.", "A/78/265 55-57"),
        ("El anexo B del segundo informe anual basta.", "A/78/265 Annex B"),
        ("El informe del Grupo de Trabajo de 2021 (A/75/816) basta.", "A/75/816"),
        ("Citamos A/75/816. El párrafo 56 del mismo informe basta.", "A/75/816; A/75/816 56"),
        ("El informe del Grupo de Expertos Gubernamentales de 2021 basta.", "A/76/135"),
        ("La norma 13 h) obliga.", "A/70/174 13(h)"),
        ("Las resoluciones 75/240 y 77/37 bastan.", "A/RES/75/240; A/RES/77/37"),
        ("El informe de julio pide más.", "A/78/265"),
        ("La sección G de A/78/265 basta.", "A/78/265 section G"),
        ("El Convenio de Budapest es otra cosa.", "Budapest Convention"),
        // Traps.
        ("Nuestro anexo A dice más. Pedimos que cada Estado informe a sus operadores.", ""),
        ("El párrafo 55 pide más.", "? 55"),
        ("El artículo 2, párrafo 4, de la Carta de las Naciones Unidas obliga.", "Charter of the United Nations 4"),
    ]);
}

#[test]
fn russian_citations_are_found_and_bound() {
    holds(&[
        ("Приветствуем второй ежегодный доклад о ходе работы.", "A/78/265"),
        ("Во втором ежегодном докладе о ходе работы это есть.", "A/78/265"),
        ("Первый ежегодный доклад о ходе работы старше.", "A/77/275"),
        ("Согласно пункту 55 второго ежегодного доклада о ходе работы, нужно больше.", "A/78/265 55"),
        ("См. пункты 55–57 документа A/78/265.", "A/78/265 55-57"),
        ("См. А/78/265, п. 55.", "A/78/265 55"),
        ("См. пп. 31, 47 и 48 документа A/78/265.", "A/78/265 31,47,48"),
        ("В пункте 13 i) доклада A/70/174 это сказано.", "A/70/174 13(i)"),
        ("Подпункт h пункта 13 документа A/70/174 важен.", "A/70/174 13(h)"),
        ("Приложение B ко второму ежегодному докладу о ходе работы важно.", "A/78/265 Annex B"),
        ("Пункт 56 доклада РГОС 2021 года важен.", "A/75/816 56"),
        ("Доклад Группы правительственных экспертов 2015 года важен.", "A/70/174"),
        ("Мы цитируем A/75/816. Пункт 56 того же доклада важен.", "A/75/816; A/75/816 56"),
        ("Норма 13 h) обязывает.", "A/70/174 13(h)"),
        ("Резолюция 77/37 Генеральной Ассамблеи важна.", "A/RES/77/37"),
        ("Раздел G документа A/78/265 важен.", "A/78/265 section G"),
        ("Доклад ГПЭ ООН 2021 г. (A/76/135), пункт 13 (h), важен.", "A/76/135 13(h)"),
        (
            "Доклад РГОС 2023 года, п. 48, важен. П. 4 ст. 2 Устава ООН тоже.",
            "A/78/265 48; Charter of the United Nations 4",
        ),
        ("Глобальный цифровой договор — другое.", "Global Digital Compact"),
        // Traps.
        ("Реестр контактных пунктов 120 государств. Пункт 5 повестки дня.", ""),
        ("Пункт 55 требует большего.", "? 55"),
        ("Наш доклад 2022 года. Норма и право.", ""),
        ("Спецкомитет обсуждает конвенцию.", "UN cybercrime convention (Ad Hoc Committee)"),
    ]);
}

#[test]
fn chinese_citations_are_found_and_bound() {
    holds(&[
        ("我们欢迎第二份年度进展报告。", "A/78/265"),
        ("我们欢迎第二次年度进展报告。", "A/78/265"),
        ("第一份年度进展报告较早。", "A/77/275"),
        ("第三份年度进展报告尚未通过。", "A/79/214"),
        ("第二份年度进展报告第55段很重要。", "A/78/265 55"),
        ("第二份年度进展报告第五十五至五十七段很重要。", "A/78/265 55-57"),
        ("A/78/265号文件第55、56和57段很重要。", "A/78/265 55,56,57"),
        ("Ａ／７８／２６５第５５段至第５７段很重要。", "A/78/265 55-57"),
        ("2021年工作组报告(A/75/816)第56段很重要。", "A/75/816 56"),
        ("2015年政府专家组报告很重要。", "A/70/174"),
        ("我们引用A/75/816。该报告第56段很重要。", "A/75/816; A/75/816 56"),
        ("规范13(h)要求各国协助。", "A/70/174 13(h)"),
        ("第二份年度进展报告附件B很重要。", "A/78/265 Annex B"),
        ("大会第77/37号决议很重要。", "A/RES/77/37"),
        ("今年7月的报告要求更多。", "A/78/265"),
        ("A/78/265号文件第G节很重要。", "A/78/265 section G"),
        ("大会第76/19号和第77/37号决议很重要。", "A/RES/76/19; A/RES/77/37"),
        ("第二份年度进展报告很好。我们支持该报告。因此报告长。见上文第5段。", "A/78/265; A/78/265"),
        ("全球数字契约是另一回事。", "Global Digital Compact"),
        // Traps.
        ("第55段要求更多。", "? 55"),
        ("第二阶段用三种手段，一段时间后，建议5个国家参加。附件1：名单", ""),
        ("第二十五段的报告", "? 25"),
        ("根据《联合国宪章》第二条第四款，不得使用武力。", "Charter of the United Nations"),
    ]);
}

#[test]
fn arabic_citations_are_found_and_bound() {
    holds(&[
        ("نرحب بالتقرير المرحلي السنوي الثاني.", "A/78/265"),
        ("التقرير السنوي المرحلي الثاني جيد.", "A/78/265"),
        ("التقرير المرحلي السنوي الأول أقدم.", "A/77/275"),
        ("سيصدر التقرير المرحلي السنوي الثالث.", "A/79/214"),
        ("الفقرة ٥٥ من التقرير المرحلي السنوي الثاني مهمة.", "A/78/265 55"),
        ("الفقرات 55 إلى 57 من الوثيقة A/78/265 مهمة.", "A/78/265 55-57"),
        ("الفقرات ٥٥ و٥٦ و٥٧ من الوثيقة A/78/265 مهمة.", "A/78/265 55,56,57"),
        ("انظر الفقرة ۵۵ من الوثيقة A/78/265.", "A/78/265 55"),
        ("الفقرة 56 من تقرير الفريق العامل لعام 2021 مهمة.", "A/75/816 56"),
        ("تقرير فريق الخبراء الحكوميين لعام 2015 مهم.", "A/70/174"),
        ("نستشهد بالوثيقة A/75/816. وتنص الفقرة 56 من التقرير نفسه على ذلك.", "A/75/816; A/75/816 56"),
        ("القاعدة 13 (ح) ملزمة.", "A/70/174 13(h)"),
        ("المرفق باء من التقرير المرحلي السنوي الثاني مهم.", "A/78/265 Annex B"),
        ("قرار الجمعية العامة 77/37 مهم.", "A/RES/77/37"),
        ("الفرع زاي من الوثيقة A/78/265 مهم.", "A/78/265 section G"),
        ("المرفقان ألف وباء من التقرير المرحلي السنوي الثاني مهمان.", "A/78/265 Annex A,Annex B"),
        ("قراري الجمعية العامة 75/240 و77/37 مهمان.", "A/RES/75/240; A/RES/77/37"),
        ("A/٧٨/٢٦٥ مهم.", "A/78/265"),
        ("الاتفاق الرقمي العالمي شيء آخر.", "Global Digital Compact"),
        // Traps.
        ("الفقرة 55 تطلب المزيد.", "? 55"),
        ("ويعزو تقرير المنظمة ذلك إلى العطلة. مدير المرفق والقاضي.", ""),
        ("القاعدة المتعلقة بعدم السماح باستخدام الأراضي.", ""),
    ]);
}

#[test]
fn citations_are_shown_in_the_list_on_the_page_and_for_scripts() {
    let app = App::new();
    let path = app.folder.0.join("cites.eml");
    let text = "We submit this written input on the global points of contact directory.\n\n\
        We support paragraph 47 of A/78/265 and norm 13(h). Paragraph 56 of A/75/816 is old, and <b>A/77/275</b> too.\n\n\
        Paragraph 9 says more. States should nominate technical points of contact for the directory.";
    let raw = format!(
        "From: Union <office@union.example>\r\nSubject: Written input\r\nMessage-ID: <cites@union.example>\r\n\
         Date: {DAY} 10:00:00 +0000\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    );
    std::fs::write(&path, raw).unwrap();
    app.output(&["import", path.to_str().unwrap()]);
    let item = app.item("cites@");
    let citations = item["citations"].as_array().unwrap();
    let found: Vec<Citation> = citations.iter().map(|one| serde_json::from_value(one.clone()).unwrap()).collect();
    let expected = "A/78/265 47; A/70/174 13(h); A/75/816 56; A/77/275; ? 9";
    assert_eq!(in_short(&found), expected);
    assert_eq!(citations[0]["message"], item["messages"][0]);
    let (start, end) =
        (citations[0]["start"].as_u64().unwrap() as usize, citations[0]["end"].as_u64().unwrap() as usize);
    let shown: serde_json::Value =
        serde_json::from_str(&app.run(&["show", item["id"].as_str().unwrap(), "--json"])).unwrap();
    let whole = shown["texts"][0]["text"].as_str().unwrap();
    let words: String = whole.chars().skip(start).take(end - start).collect();
    assert_eq!((words.as_str(), citations[0]["text"].as_str()), ("paragraph 47 of A/78/265", Some(words.as_str())));
    let told = app.run(&["show", item["id"].as_str().unwrap()]);
    assert!(told.contains("A/75/816, 56  part body, character"), "{told}");
    assert!(told.contains("document unknown, 9"), "{told}");
    let serving = app.serve();
    let page = crate::visitor::entry(&serving, item["id"].as_str().unwrap());
    assert!(page.contains("<bdi>A/78/265: 47</bdi>") && page.contains("<bdi>document not said: 9</bdi>"), "{page}");
}

#[test]
fn what_is_cited_without_end_is_listed_up_to_a_number_and_the_rest_is_told() {
    let text = "See paragraph 55 of A/78/265.\n\n".repeat(700);
    let message = mail(DAY, "Input", "");
    let says = classifier().classify(&Input { message: &message, texts: vec![part("body", &text)] });
    assert_eq!(says.citations.len(), 500);
    assert!(says.reason.ends_with("200 more places are not listed"), "{}", says.reason);
}
