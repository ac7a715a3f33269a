//! The request for content that was not received, in the six languages of the United Nations. Words only.

/// What a request says; `{name}` stands for the service or the file.
pub struct Words {
    pub greeting: &'static str,
    pub opening: &'static str,
    pub elsewhere: &'static str,
    pub locked: &'static str,
    pub encrypted: &'static str,
    pub unreadable: &'static str,
    pub no_text: &'static str,
    /// What a file without a name is called.
    pub unnamed: &'static str,
    pub too_large: &'static str,
    pub closing: &'static str,
    pub end: &'static str,
    /// Written from right to left.
    pub is_rtl: bool,
}

const ENGLISH: Words = Words {
    greeting: "Dear Sir or Madam,",
    opening: "The secretariat thanks you for your message. It regrets that the following content has not been received:",
    elsewhere: "Your message contains a link to {name} in place of a document. The secretariat does not retrieve documents from \
                file-sharing services, and such links expire. Please send the document itself as an attachment, preferably in \
                Word or PDF format.",
    locked: "The file \"{name}\" is protected by a password and cannot be opened. Please send an unprotected version of it. \
             Kindly do not send the password by e-mail.",
    encrypted: "Your message is encrypted, and the secretariat cannot decrypt it. Please send it again without encryption.",
    unreadable: "The file \"{name}\" could not be read; it may have been damaged in transmission. Please send it again, \
                 preferably in Word or PDF format.",
    no_text: "The file \"{name}\" contains no legible text; it may be an empty scan. Please send the document again, \
              preferably in its original electronic format.",
    unnamed: "without a name",
    too_large: "Should a document be too large for one message, it may be divided among several messages.",
    closing: "Please reply to this message, so that the document can be placed with your earlier one. The content listed above \
              cannot be considered until it has been received.",
    end: "Yours sincerely,\nThe secretariat",
    is_rtl: false,
};

const FRENCH: Words = Words {
    greeting: "Madame, Monsieur,",
    opening: "Le secrétariat vous remercie de votre message. Il a le regret de vous informer que le contenu suivant ne lui est pas \
              parvenu :",
    elsewhere: "Votre message comporte un lien vers {name} au lieu d'un document. Le secrétariat ne télécharge pas de documents \
                auprès de services de partage de fichiers, et ces liens expirent. Veuillez envoyer le document lui-même en pièce \
                jointe, de préférence au format Word ou PDF.",
    locked: "Le fichier « {name} » est protégé par un mot de passe et ne peut pas être ouvert. Veuillez en envoyer une version non \
             protégée. Nous vous prions de ne pas communiquer le mot de passe par courrier électronique.",
    encrypted: "Votre message est chiffré et le secrétariat n'est pas en mesure de le déchiffrer. Veuillez l'envoyer de nouveau sans \
                chiffrement.",
    unreadable: "Le fichier « {name} » n'a pas pu être lu ; il a peut-être été endommagé lors de la transmission. Veuillez l'envoyer \
                 de nouveau, de préférence au format Word ou PDF.",
    no_text: "Le fichier « {name} » ne contient aucun texte lisible ; il s'agit peut-être d'une numérisation vide. Veuillez envoyer de \
              nouveau le document, de préférence dans son format électronique d'origine.",
    unnamed: "sans nom",
    too_large: "Un document trop volumineux pour un seul message peut être réparti entre plusieurs messages.",
    closing: "Nous vous saurions gré de répondre au présent message, afin que le document puisse être joint à votre précédent envoi. Le \
              contenu susmentionné ne pourra être examiné qu'après réception.",
    end: "Veuillez agréer, Madame, Monsieur, l'expression de notre considération distinguée.\nLe secrétariat",
    is_rtl: false,
};

const SPANISH: Words = Words {
    greeting: "Estimada señora, estimado señor:",
    opening: "La secretaría agradece su mensaje y lamenta informarle de que no ha recibido el contenido siguiente:",
    elsewhere: "Su mensaje contiene un enlace a {name} en lugar de un documento. La secretaría no descarga documentos de servicios de \
                intercambio de archivos, y esos enlaces caducan. Le rogamos que envíe el propio documento como archivo adjunto, de \
                preferencia en formato Word o PDF.",
    locked: "El archivo «{name}» está protegido con contraseña y no puede abrirse. Le rogamos que envíe una versión sin protección. \
             Le pedimos que no comunique la contraseña por correo electrónico.",
    encrypted: "Su mensaje está cifrado y la secretaría no puede descifrarlo. Le rogamos que lo envíe de nuevo sin cifrar.",
    unreadable: "El archivo «{name}» no pudo leerse; es posible que se haya dañado en la transmisión. Le rogamos que lo envíe de nuevo, \
                 de preferencia en formato Word o PDF.",
    no_text: "El archivo «{name}» no contiene texto legible; es posible que se trate de un escaneo vacío. Le rogamos que envíe de nuevo \
              el documento, de preferencia en su formato electrónico original.",
    unnamed: "sin nombre",
    too_large: "Si un documento es demasiado grande para un solo mensaje, puede repartirse en varios.",
    closing: "Le agradeceremos que responda a este mensaje, a fin de que el documento pueda unirse a su envío anterior. El contenido \
              mencionado no podrá examinarse hasta que se haya recibido.",
    end: "Atentamente,\nLa secretaría",
    is_rtl: false,
};

const RUSSIAN: Words = Words {
    greeting: "Уважаемые дамы и господа!",
    opening: "Секретариат благодарит Вас за Ваше письмо и с сожалением сообщает, что следующее содержание не было получено:",
    elsewhere: "В Вашем письме вместо документа содержится ссылка на {name}. Секретариат не загружает документы из служб обмена файлами, \
                а срок действия таких ссылок истекает. Просим направить сам документ в виде вложения, предпочтительно в формате Word \
                или PDF.",
    locked: "Файл «{name}» защищен паролем, и открыть его невозможно. Просим направить его без защиты. Просим не сообщать пароль по \
             электронной почте.",
    encrypted: "Ваше письмо зашифровано, и секретариат не может его расшифровать. Просим направить его повторно без шифрования.",
    unreadable: "Файл «{name}» не удалось прочитать; возможно, он был поврежден при передаче. Просим направить его повторно, \
                 предпочтительно в формате Word или PDF.",
    no_text: "Файл «{name}» не содержит читаемого текста; возможно, это пустая отсканированная копия. Просим направить документ \
              повторно, предпочтительно в исходном электронном формате.",
    unnamed: "без названия",
    too_large: "Документ, который слишком велик для одного письма, можно разделить на несколько писем.",
    closing: "Просим ответить на настоящее письмо, с тем чтобы документ можно было приобщить к ранее направленному Вами материалу. \
              Вышеуказанное содержание не может быть рассмотрено до его получения.",
    end: "С уважением,\nСекретариат",
    is_rtl: false,
};

const CHINESE: Words = Words {
    greeting: "尊敬的先生/女士：",
    opening: "秘书处感谢您的来信，并遗憾地告知，以下内容未能收到：",
    elsewhere: "来信所附为{name}的链接，而非文件本身。秘书处不从文件共享服务下载文件，且此类链接会失效。请以附件形式发送文件本身，最好采用 Word 或 \
                PDF 格式。",
    locked: "文件“{name}”设有密码保护，无法打开。请发送未加保护的版本。请勿通过电子邮件发送密码。",
    encrypted: "来信已加密，秘书处无法解密。请以未加密的形式重新发送。",
    unreadable: "文件“{name}”无法读取，可能在传输中损坏。请重新发送，最好采用 Word 或 PDF 格式。",
    no_text: "文件“{name}”不含可辨认的文字，可能是空白扫描件。请重新发送该文件，最好采用原始电子格式。",
    unnamed: "（无名称）",
    too_large: "如文件过大，无法以一封邮件发送，可分成几封邮件发送。",
    closing: "请直接回复本邮件，以便将文件与您先前的来信归在一起。上述内容在收到之前无法审议。",
    end: "此致\n秘书处",
    is_rtl: false,
};

const ARABIC: Words = Words {
    greeting: "السيدات والسادة الأفاضل،",
    opening: "تشكركم الأمانة على رسالتكم، وتأسف لإبلاغكم بأن المحتوى التالي لم يصل إليها:",
    elsewhere: "تتضمن رسالتكم رابطا إلى {name} بدلا من الوثيقة. ولا تقوم الأمانة بتنزيل الوثائق من خدمات تبادل الملفات، كما أن صلاحية \
                هذه الروابط تنتهي. يرجى إرسال الوثيقة نفسها مرفقة بالبريد الإلكتروني، ويفضل أن تكون بصيغة Word أو PDF.",
    locked: "الملف «{name}» محمي بكلمة مرور ولا يمكن فتحه. يرجى إرسال نسخة غير محمية منه. ونرجو عدم إرسال كلمة المرور بالبريد \
             الإلكتروني.",
    encrypted: "رسالتكم مشفرة ولا يمكن للأمانة فك تشفيرها. يرجى إعادة إرسالها بدون تشفير.",
    unreadable: "تعذرت قراءة الملف «{name}»، وربما تعرض للتلف أثناء الإرسال. يرجى إعادة إرساله، ويفضل أن يكون بصيغة Word أو PDF.",
    no_text: "لا يحتوي الملف «{name}» على نص مقروء، وربما يكون نسخة ممسوحة ضوئيا فارغة. يرجى إعادة إرسال الوثيقة، ويفضل أن تكون بصيغتها \
              الإلكترونية الأصلية.",
    unnamed: "بدون اسم",
    too_large: "وإذا كانت الوثيقة أكبر من أن ترسل في رسالة واحدة، فيمكن تقسيمها على عدة رسائل.",
    closing: "يرجى الرد على هذه الرسالة كي يتسنى ضم الوثيقة إلى ما سبق أن أرسلتموه. ولا يمكن النظر في المحتوى المذكور أعلاه قبل استلامه.",
    end: "وتفضلوا بقبول فائق الاحترام،\nالأمانة",
    is_rtl: true,
};

/// The words in a language (ISO 639-1); in English if there are none in it.
pub fn words(language: &str) -> &'static Words {
    match language {
        "fr" => &FRENCH,
        "es" => &SPANISH,
        "ru" => &RUSSIAN,
        "zh" => &CHINESE,
        "ar" => &ARABIC,
        _ => &ENGLISH,
    }
}
