"""Column titles of tables about data, by what stands below them; several languages, in lower case."""

from __future__ import annotations

ROLES: dict[str, tuple[str, ...]] = {
    "name": (
        "field", "column", "attribute", "argument", "table.column", "entity.field", "table.field", "entity.attribute", "property", "name", "field name", "column name", "attribute name", "property name", "fields",
        "columns", "attributes", "properties", "member", "key", "parameter", "variable", "prop", "new field", "new column", "field / column",
        "column / field", "db column", "database column", "sql column", "ts field", "json field", "db field", "field (db)", "element",
        "campo", "columna", "atributo", "propiedad", "nombre", "campos", "coluna", "propriedade", "nome", "nome do campo", "nombre del campo",
        "feld", "spalte", "attribut", "eigenschaft", "feldname", "spaltenname", "champ", "colonne", "propriété", "nom", "nom du champ",
        "colonna", "attributo", "proprietà", "nome campo", "字段", "欄位", "欄位名稱", "屬性", "名稱", "字段名", "字段名称", "列名", "列", "属性", "属性名", "名称", "键", "フィールド", "フィールド名",
        "カラム", "カラム名", "列名（物理）", "物理名", "項目", "項目名", "プロパティ", "属性名", "名前", "필드", "필드명", "컬럼", "컬럼명", "속성", "поле", "столбец", "атрибут",
        "колонка", "имя", "имя поля", "название", "свойство", "veld", "kolom", "fält", "alan", "alan adı", "pole", "kolumna", "trường", "tên trường",
        "cột", "kolom/field", "field/column", "column/field", "field name (db)", "property / column", "identifier", "data field", "kenttä",
    ),
    "type": (
        "type", "data type", "datatype", "sql type", "db type", "ts type", "typescript type", "postgres type", "postgresql type", "kind",
        "field type", "column type", "types", "python type", "prisma type", "database type", "type / format", "type/format", "format", "pg type",
        "tipo", "tipo de dato", "tipo de dado", "tipo de datos", "tipo de dados", "tipo dato", "tipo di dato", "typ", "datentyp", "type de données", "类型", "類型", "型別", "資料型別", "資料類型",
        "数据类型", "字段类型", "型", "データ型", "タイプ", "データタイプ", "타입", "자료형", "데이터 타입", "тип", "тип данных", "type (postgres)",
        "type (postgresql)", "type (sql)", "logical type", "value type", "data-type", "tür", "tip", "veri tipi", "veri türü", "typ danych", "datatyp", "tietotyyppi", "kiểu", "kiểu dữ liệu", "tipe", "tipe data",
        "django type", "field class", "sqlite type", "mysql type", "swift type", "kotlin type", "java type", "c# type", "dart type", "type & constraints",
        "type and constraints", "type / constraints", "type/constraints", "base type", "schema type", "mongo type", "bson type", "shape",
    ),
    "required": (
        "required", "req", "req.", "mandatory", "required?", "is required", "obligatorio", "requerido", "obrigatório", "pflicht", "erforderlich",
        "pflichtfeld", "obligatoire", "requis", "obbligatorio", "必填", "是否必填", "必需", "必要", "必須", "필수", "обязательное", "обязательный", "обязательно", "not null",
        "required / optional", "required/optional", "requirement", "zorunlu", "wymagane", "wymagany", "verplicht", "bắt buộc", "nn", "wajib", "必需", "必要",
    ),
    "nullable": (
        "nullable", "null", "null?", "nullable?", "optional", "optional?", "nulo", "nulable", "nullbar", "可空", "是否为空", "允许为空", "可为空", "空",
        "null許容", "null許可", "null 허용", "nullability", "allows null", "allow null", "is nullable", "opcional", "optionnel", "可选", "任意", "null可",
        "anulable", "допускает null", "nullable/default",
    ),
    "default": (
        "default", "default value", "defaults", "initial value", "valor por defecto", "valor predeterminado", "padrão", "valor padrão", "predeterminado",
        "standard", "standardwert", "par défaut", "valeur par défaut", "défaut", "predefinito", "默认", "默认值", "預設", "預設值", "デフォルト", "初期値", "デフォルト値", "既定値",
        "기본값", "по умолчанию", "значение по умолчанию", "varsayılan", "mặc định", "por defecto", "default / generated",
    ),
    "key": ("pk", "fk", "pk/fk", "keys", "primary key", "foreign key", "key type", "clave", "chave", "schlüssel", "clé", "主键", "キー", "ключ",
            "index", "indexed", "indexed?", "unique", "unique?", "único", "唯一", "ユニーク", "references", "reference", "refs", "fk target", "fk reference",
            "referencia", "referência", "外键", "外部キー", "参照", "relation", "pk / fk", "index?", "key?", "foreign key to"),
    "constraints": (
        "constraints", "constraint", "constraint(s)", "attributes / constraints", "modifiers", "modifier", "qualifiers", "flags", "restricciones",
        "restricción", "restrições", "restrição", "einschränkungen", "constraint / default", "contraintes", "contrainte", "vincoli", "约束", "約束", "約束條件", "限制", "约束条件",
        "制約", "制約条件", "제약", "제약조건", "제약 조건", "ограничения", "ограничение", "kısıtlamalar", "ràng buộc", "constraints / notes", "constraints/notes",
        "key/constraints", "keys & constraints", "null/default", "options", "prisma attributes", "decorators", "constraints & notes", "beschränkungen",
        "attributes/constraints", "constraints & defaults", "constraints / default", "constraint / notes", "nullability & constraints",
        "kendala", "db constraints", "sql constraints", "constraints / validation", "constraints and defaults", "properties",
    ),
    "validation": (
        "validation", "validations", "validation rules", "validation rule", "rules", "rule", "constraint rule", "validación", "reglas", "regla", "validação",
        "regras", "regra", "validierung", "regel", "regeln", "règle", "règles", "validazione", "验证", "校验", "规则", "校验规则", "验证规则", "検証", "ルール",
        "バリデーション", "검증", "валидация", "правило", "правила", "validation / notes", "validation/notes", "business rules", "rules / notes", "rules/notes",
    ),
    "description": (
        "description", "notes", "note", "purpose", "comment", "comments", "meaning", "details", "usage", "remarks", "explanation", "info", "desc",
        "definition", "rationale", "source", "why", "description / notes", "example", "examples", "sample", "descripción", "notas", "comentario",
        "comentarios", "propósito", "detalle", "detalles", "descrição", "observações", "observação", "comentários", "comentário", "finalidade",
        "beschreibung", "bemerkung", "bemerkungen", "hinweis", "hinweise", "zweck", "anmerkung", "commentaire", "remarques", "objectif", "descrizione",
        "note e vincoli", "说明", "說明", "備註", "用途說明", "描述", "备注", "注释", "含义", "用途", "示例", "説明", "備考", "概要", "用途・説明", "意味", "例", "설명", "비고", "описание", "примечание", "комментарий",
        "назначение", "açıklama", "omschrijving", "beskrivning", "opis", "mô tả", "keterangan", "deskripsi", "context", "fr", "requirement id", "spec ref",
        "comment / notes", "notes / constraints", "notes/constraints", "notes & constraints", "description & constraints", "semantics", "since",
        "description/notes", "description / constraints", "ui", "display", "label", "change", "status", "traces to", "mapped from", "origin", "comentário/notas",
    ),
    "values": ("values", "allowed values", "possible values", "enum values", "options / values", "valores", "werte", "valeurs", "取值", "枚举值", "値", "value",
               "value set", "allowed", "valid values", "accepted values", "domain", "valores permitidos", "valores possíveis", "erlaubte werte", "значения"),
    "length": ("length", "size", "max length", "max", "longitud", "tamanho", "länge", "longueur", "长度", "桁数", "長さ", "длина", "max len", "maxlength",
               "tamaño", "max_length", "precision"),
    "stored": ("stored", "stored?", "persisted", "persisted?", "is stored", "in database", "in db", "in db?", "db column?", "stored in db", "almacenado", "gespeichert", "persistente"),
    "derived": ("derived", "derived?", "computed", "computed?", "calculated", "calculated?", "virtual", "virtual?", "derived/stored", "stored/derived", "stored / derived",
                "derived / stored", "stored or derived", "calculado", "berechnet", "derivado", "storage", "persistence"),
    "number": ("#", "no", "no.", "nr", "nr.", "n°", "№", "id#", "order", "序号", "编号", "番号", "sl", "s.no"),
    "entity": ("entity", "table", "model", "collection", "entity name", "table name", "model name", "entidad", "tabla", "entidade", "tabela", "entität",
               "tabelle", "entité", "테이블", "개체", "엔티티", "테이블명", "实体", "實體", "資料表", "表", "表名", "エンティティ", "テーブル", "テーブル名", "сущность", "таблица", "class", "aggregate", "entities", "resource",
               "entity / table", "table / entity", "entity/table", "domain object", "object", "sqlmodel", "modelo"),
    "index": ("index", "index name", "idx", "índice", "索引", "インデックス", "индекс", "索引名", "index / constraint", "name (index)", "indexname"),
    "columns": ("columns", "column(s)", "fields", "field(s)", "indexed columns", "columnas", "colunas", "spalten", "colonnes", "カラム", "列", "attributes",
                "key attributes", "key fields", "main attributes", "important fields", "attribute", "campos", "atributos", "felder", "字段", "属性", "поля",
                "core fields", "주요 열", "주요 컬럼", "주요 필드", "主要字段", "主要列", "主なカラム", "主な項目", "primary fields", "main fields", "key columns", "essential fields", "atributos principales", "atributos clave",
                "atributos principais", "campos principales", "campos principais", "fields (summary)", "data", "important columns"),
    "from": ("from", "source", "parent", "entity a", "entity 1", "from entity", "source entity", "parent entity", "origin", "left", "parent table",
             "from table", "source table", "one", "referenced table", "origen", "origem", "von", "de", "主表", "源实体", "desde", "from → to", "from->to"),
    "to": ("to", "target", "child", "entity b", "entity 2", "to entity", "target entity", "child entity", "destination", "right", "child table", "to table",
           "target table", "many", "related entity", "related table", "destino", "nach", "zu", "vers", "从表", "目标实体", "hasta", "related to", "with"),
    "relation": ("relationship", "relation", "cardinality", "relationship type", "relation type", "multiplicity", "relación", "relação", "beziehung",
                 "kardinalität", "cardinalité", "关系", "基数", "関係", "カーディナリティ", "связь", "cardinalidad", "cardinalidade", "association", "type of relationship"),
}  # fmt: skip

# Above the cells of a table of entities that name the key of each.
ROW_KEYS = frozenset(
    (
        "primary key",
        "pk",
        "key column",
        "key columns",
        "primary key(s)",
        "clave primaria",
        "clave principal",
        "chave primária",
        "chave principal",
        "clé primaire",
        "clé principale",
        "primärschlüssel",
        "schlüssel",
        "chiave primaria",
        "主键",
        "主鍵",
        "主キー",
        "기본키",
        "기본 키",
        "первичный ключ",
    )
)

# Titles that make a table one about something else than columns, whatever its other titles are.
FOREIGN = frozenset(
    """endpoint method http verb policy operation role actor permission risk mitigation metric target threshold task
    owner priority story scenario test trigger event error code step phase component file path route screen
    bucket endpoint(s) environment criterion mutation action screen page url status-code gap fix excluded
    question decision alternative storage-key when from-state to-state principle tool library package cache ttl
    channel topic volume estimate rows growth retention select insert update delete""".split()
)
