"""Titles that are no entities, by what stands below them; several languages, in lower case and without decoration."""

from __future__ import annotations

from colonnade.vocabulary.regex import regex

# A title that is one of these, whole.
WHOLE: dict[str, tuple[str, ...]] = {
    "attributes": (
        "attributes", "fields", "columns", "properties", "arguments", "measures", "schema", "key attributes", "core attributes", "main attributes", "attribute",
        "field definitions", "field definition", "column definitions", "column specifications", "column specification", "structure",
        "key fields", "core fields", "main fields", "required fields", "optional fields", "fields and types", "data fields", "columnas",
        "table structure", "main table", "base table", "primary table", "table definition", "table schema", "database schema", "definition", "entity definition", "model definition",
        "type definition", "data structure", "field", "column", "property", "data model", "model", "table", "members", "data", "spec",
        "campos", "atributos", "propiedades", "propriedades", "estrutura", "estructura", "colunas", "felder", "attribute und typen",
        "eigenschaften", "spalten", "struktur", "champs", "attributs", "propriétés", "colonnes", "campi", "attributi", "proprietà",
        "字段", "欄位", "欄位定義", "属性", "字段定义", "字段说明", "表结构", "数据结构", "结构", "フィールド", "カラム", "カラム定義", "テーブル定義", "項目", "構造", "主な列", "主要列", "主なカラム", "主要カラム", "主な項目", "主要項目", "主なフィールド", "主要フィールド", "主要字段", "核心字段", "주요 필드", "주요 컬럼",
        "필드", "속성", "поля", "атрибуты", "свойства", "столбцы", "структура", "new fields", "added fields", "new columns", "added columns",
        "sqlmodel definition", "sqlmodel", "sqlalchemy model", "orm model", "prisma schema", "prisma model", "prisma", "sql schema", "sql",
        "sql definition", "typescript", "typescript interface", "typescript type", "typescript definition", "interface", "django model",
        "drizzle schema", "sql ddl", "ddl", "create table", "create statement", "python model", "json schema", "mongoose schema", "sql table",
        "drizzle", "document structure", "firestore structure", "column details", "field details", "attribute details", "model fields",
        "table columns", "entity attributes", "entity fields", "entity structure", "entity schema", "full schema", "fields (columns)",
        "type", "types", "shape", "document shape", "record structure", "backend", "frontend", "database", "extended fields",
        "modified fields", "additional fields", "additional columns", "existing fields", "existing columns", "unchanged fields", "dbml",
    ),
    "relationships": (
        "relationships", "relations", "relationship", "relation", "associations", "entity relationships", "relationship summary",
        "relationships summary", "relationship rules", "relationship definitions", "foreign keys", "foreign key", "references", "links",
        "relationship details", "key relationships", "relationship overview", "cardinality", "cardinalities", "relationship map",
        "relationship mapping", "foreign key relationships", "relaciones", "relacionamentos", "relações", "beziehungen", "relationen",
        "relazioni", "关系", "關係", "實體關係", "實體關係圖", "实体关系", "关联关系", "关联", "リレーション", "リレーションシップ", "関連", "関係", "관계", "связи", "отношения",
        "entity relationship summary", "relationships & cardinality", "data relationships", "table relationships", "database relationships",
        "relationships overview", "entity relations", "relationship table", "associations summary", "relationship matrix", "joins",
        "relationships and constraints", "cascade behavior", "cascade rules", "cascade delete", "referential integrity", "cascading",
        "clés étrangères", "claves foráneas", "chaves estrangeiras", "外键", "外键关系", "外部キー",
    ),
    "indexes": (
        "indexes", "indices", "index", "primary key", "primary keys", "partition key", "sort key", "gsi", "gsis", "global secondary indexes", "clave primaria", "chave primária", "primärschlüssel", "clé primaire", "主键", "database indexes", "indexing", "indexing strategy", "recommended indexes", "required indexes",
        "index strategy", "index definitions", "performance indexes", "índices", "indizes", "index e", "索引", "索引需求", "インデックス", "인덱스",
        "индексы", "indexes & constraints", "indexes and constraints", "indexes summary", "index summary", "indexes (recommended)",
        "query patterns & indexes", "database indexes summary", "performance & indexes", "indices and constraints", "key indexes",
        "critical indexes summary", "unique indexes", "suggested indexes", "index recommendations",
    ),
    "constraints": (
        "constraints", "constraint", "validation rules", "validation", "validations", "validation rule", "business rules", "rules",
        "invariants", "integrity rules", "integrity constraints", "data integrity", "database constraints", "check constraints",
        "uniqueness", "unique constraints", "unique", "uniqueness rules", "key constraints", "table constraints", "field validation",
        "field validations", "data validation", "data validation rules", "validation & constraints", "constraints & validation",
        "constraints & indexes", "constraints and indexes", "data integrity rules", "integrity", "field constraints", "domain rules",
        "restricciones", "reglas de validación", "reglas de negocio", "reglas", "validaciones", "restrições", "regras de validação",
        "regras de negócio", "regras", "validações", "einschränkungen", "validierungsregeln", "validierung", "regeln", "geschäftsregeln",
        "contraintes", "règles de validation", "règles métier", "règles", "vincoli", "regole di validazione", "约束", "验证规则", "驗證規則", "驗證", "校验规则",
        "业务规则", "约束条件", "规则", "制約", "バリデーション", "バリデーションルール", "検証ルール", "ビジネスルール", "제약", "제약 조건", "검증 규칙",
        "ограничения", "правила валидации", "бизнес-правила", "правила", "global constraints", "identity & uniqueness rules", "checks",
        "identity & uniqueness", "identity and uniqueness", "uniqueness & identity", "validation requirements", "validation logic",
        "cross-entity rules", "cross-entity validation", "cross-entity constraints", "data constraints", "enum constraints",
    ),
    "states": (
        "state transitions", "state", "state machine", "state transition", "lifecycle", "state diagram", "states", "status transitions", "status flow",
        "status lifecycle", "lifecycle & state", "lifecycle and state", "state lifecycle", "status workflow", "workflow", "state model",
        "transitions", "lifecycle states", "entity lifecycle", "state flow", "state transition rules", "state transition diagram",
        "transiciones de estado", "ciclo de vida", "transições de estado", "zustandsübergänge", "lebenszyklus", "transitions d'état",
        "cycle de vie", "transizioni di stato", "状态转换", "状态流转", "状态机", "生命周期", "状態遷移", "ライフサイクル", "상태 전이", "жизненный цикл",
        "переходы состояний", "máquina de estados", "zustandsautomat", "machine à états", "macchina a stati", "maszyna stanów", "przejścia stanów",
        "durum geçişleri", "cykl życia", "machine d'états", "estados y transiciones", "状态流", "状態遷移図", "диаграмма состояний", "state transitions & lifecycle", "status values", "state management", "allowed transitions", "status state machine",
    ),
    "enums": (
        "enums", "enum", "enumerations", "enum types", "enum values", "enum definitions", "enumerated types", "enumeration", "custom types",
        "enumeraciones", "enumerações", "enumerationen", "aufzählungen", "énumérations", "enumerazioni", "枚举", "枚举类型", "列挙型", "enum一覧",
        "перечисления", "postgresql enums", "enum type", "allowed values", "possible values", "value sets", "status enum", "constants",
        "enums & constants", "cases", "enum cases", "raw value", "raw values", "shared enums", "enums and constants", "enumerations & constants", "lookup values",
    ),
    "samples": (
        "example", "examples", "sample data", "example data", "sample", "seed data", "test data", "sample records", "example records",
        "initial data", "default data", "seed", "seeds", "mock data", "example document", "example json", "sample json", "sample rows",
        "ejemplo", "ejemplos", "datos de ejemplo", "exemplo", "exemplos", "dados de exemplo", "beispiel", "beispiele", "exemple", "exemples",
        "esempio", "esempi", "示例", "示例数据", "例子", "样例", "例", "サンプル", "サンプルデータ", "пример", "примеры", "fixtures", "example instance",
        "example row", "example record", "example payload", "test data examples", "test fixtures", "seeding", "example values", "usage example",
    ),
    "queries": (
        "queries", "query patterns", "common queries", "example queries", "access patterns", "sample queries", "key queries", "query examples",
        "typical queries", "main queries", "query pattern", "data access patterns", "core queries", "frequent queries", "sql queries",
        "consultas", "consultas comunes", "abfragen", "requêtes", "查询", "常用查询", "クエリ", "クエリパターン", "запросы", "query optimization",
        "database queries", "critical queries", "aggregation queries", "common query patterns", "aggregations", "reporting queries",
    ),
    "policies": (
        "row level security", "row-level security", "rls", "rls policies", "policies", "security policies", "access control", "rls policy",
        "row level security policies", "row-level security policies", "row level security (rls)", "row level security (rls) policies",
        "rls policy summary", "permissions", "access policies", "security rules", "authorization", "authorization rules", "firestore rules",
        "policy summary", "access control matrix", "permission matrix", "access rules", "permissions matrix", "row-level security (rls)",
        "policies (rls)", "rls summary", "authorization matrix", "security", "roles and permissions", "roles & permissions", "data access",
    ),
    "entities": (
        "entities", "tables", "models", "core entities", "entity definitions", "data entities", "domain entities", "main entities", "domain",
        "database tables", "table definitions", "data models", "entity list", "new entities", "new tables", "core tables", "collections",
        "core models", "domain models", "domain model", "primary entities", "entity details", "core data model", "entities & attributes",
        "data model", "database schema", "schema", "table schemas", "core domain entities", "database entities", "persistent entities",
        "persisted entities", "entities and attributes", "entities & relationships", "entities and relationships", "entity specifications",
        "entity descriptions", "schema definition", "schema definitions", "database models", "data types", "entity overview", "core schema",
        "supporting entities", "secondary entities", "supporting tables", "additional entities", "other entities", "table specifications",
        "entidades", "tablas", "entidades principales", "modelo de datos", "modelos", "tabelas", "entidades principais", "modelo de dados",
        "entitäten", "tabellen", "datenmodell", "entités", "tables de données", "modèle de données", "entità", "tabelle", "modello dati",
        "实体", "實體", "實體定義", "資料模型", "資料表", "核心實體", "型別定義", "typescript 型別定義", "数据表", "表", "核心实体", "实体定义", "数据模型", "表设计", "数据库表", "エンティティ", "エンティティ一覧", "エンティティ定義", "テーブル", "テーブル一覧", "データモデル",
        "엔티티", "테이블", "데이터 모델", "сущности", "таблицы", "модель данных", "основные сущности", "modified entities", "changed entities",
        "updated entities", "extended entities", "modified tables", "changed tables", "extended tables", "modified models", "new models",
        "aggregates", "aggregate roots", "relational schema", "logical model", "physical model", "logical data model", "physical data model",
        "conceptual model", "collections (firestore)", "firestore collections", "mongodb collections", "database collections", "sql tables",
        "final prisma schema", "final schema", "complete schema", "complete prisma schema", "full prisma schema", "complete sql schema",
        "storage schema", "persistence model", "persistent data", "stored data", "database design", "sqlmodel models", "sqlmodel definitions",
        "sqlalchemy models", "django models", "typescript types", "typescript interfaces", "prisma models", "model definitions", "migrations",
        "database migrations", "migration", "database migration", "schema changes", "database changes", "erd", "er diagram", "er-diagramm",
        "entity relationship diagram", "entity-relationship diagram", "entity relationship diagram (erd)", "er diagram (text)", "er 図", "er図",
        "mermaid er diagram", "entity diagram", "database diagram", "schema diagram", "data model diagram", "class diagram", "diagram", "er",
        "er图", "diagrama er", "diagrama entidade-relacionamento", "diagrama entidad-relación", "diagrama de entidades", "ddl",
        "entity relationship overview", "high-level erd", "visual erd", "entity-relationship overview", "conceptual erd", "er model",
        "er 图", "schema overview", "database overview", "database schema overview", "sql migration", "migration sql", "alembic migration",
        "db設計", "db设计", "データベース設計", "数据库设计", "資料庫設計", "データベース定義", "typescript type definitions", "type definitions", "shared types", "migration script", "initial migration", "pydantic models",
    ),
    "key entities": (
        "key entities", "key entities *(include if feature involves data)*", "key data entities", "key domain entities", "entidades clave",
        "entidades chave", "entidades-chave", "schlüsselentitäten", "wichtige entitäten", "zentrale entitäten", "entités clés",
        "entità chiave", "关键实体", "關鍵實體", "主要實體", "主要实体", "核心实体说明", "主要エンティティ", "キーエンティティ", "重要なエンティティ", "핵심 엔티티", "주요 엔티티", "ключевые сущности",
        "key entity", "key entities & data", "key entities and relationships", "key entities & relationships", "key entities and attributes",
        "entidades principales del dominio", "kernentitäten", "entités principales", "entités métier", "kern-entitäten", "key data concepts",
        "sleutelentiteiten", "kluczowe encje", "temel varlıklar", "anahtar varlıklar", "主な実体", "主要な実体", "主なエンティティ", "các thực thể chính",
        "thực thể chính", "entitas kunci", "entitas utama", "belangrijkste entiteiten", "nyckelentiteter", "nøkkelentiteter", "avainentiteetit",
    ),
    "transfer": (
        "returns", "return value", "return values", "parameters", "query parameters", "path parameters", "request parameters", "inputs", "outputs",
        "entradas", "salidas", "saídas", "entrées", "sorties", "eingaben", "ausgaben", "parámetros", "parâmetros", "paramètres", "parametri",
        "objetos de transferencia", "objetos de transferencia de datos", "objetos de transferência", "objets de transfert", "transferobjekte", "oggetti di trasferimento", "数据传输对象", "转换对象",
        "error responses", "error response", "message payloads", "mqtt messages", "kafka messages", "queue messages", "wire format", "wire formats", "message formats",
        "api types", "request types", "response types", "dtos", "dto", "data transfer objects", "api schemas", "request schemas", "api models",
        "response schemas", "request/response models", "request/response schemas", "request and response models", "api contracts", "requests",
        "pydantic schemas", "zod schemas", "validation schemas", "zod schema", "zod validation", "zod validation schemas", "pydantic schema",
        "api request/response", "request body", "response body", "request", "response", "requests and responses", "api request", "api response",
        "view models", "view model", "viewmodels", "frontend types", "ui types", "component props", "api payloads", "payloads", "api dtos",
        "api schema", "api response types", "api request types", "frontend models", "client types", "input types", "output types", "responses",
        "error types", "error classes", "exceptions", "errors", "error codes", "error handling", "service interfaces", "services", "contracts",
        "repository interface", "repository interfaces", "commands", "messages", "message types", "websocket messages", "request models",
        "response models", "api data transfer objects", "api request schemas", "api response schemas", "api endpoints", "endpoints", "api",
        "data transfer objects (dtos)", "request dtos", "response dtos", "command objects", "query objects", "read models", "projections",
        "application types", "utility types", "helper types", "api response formats", "response format", "request format", "api shapes",
        "rest api", "api design", "graphql schema", "graphql types", "events", "domain events", "event payloads", "event types", "webhooks",
        "input validation", "form schemas", "form validation", "validation schema", "pydantic validation", "client-side types", "props",
        "flutter entities", "flutter models", "dart models", "dart entities", "dart classes", "swift models", "kotlin models",
        "ios models", "android models", "mobile models", "mobile entities", "frontend entities", "client entities", "client models",
        "domain layer", "data layer", "presentation layer", "application layer", "messages and payloads", "tool schemas", "mcp tools", "tool definitions", "agent tools", "supabase types", "generated types",
    ),
    "unstored": (
        "runtime-only", "runtime only", "transient objects", "transient types", "in-memory objects", "in-memory types", "in-memory only", "screen state", "page state",
        "component state", "runtime-only structures", "runtime structures", "runtime objects", "transient structures", "in-memory data", "in-memory data structures",
        "objetos transitorios", "datos en memoria", "objets en mémoire", "objets transitoires", "laufzeitobjekte", "flüchtige daten", "oggetti in memoria", "计算数据", "内存数据",
        "derived data", "computed fields", "computed properties", "derived fields", "derived values", "computed values", "calculated fields",
        "virtual fields", "ui state", "client state", "frontend state", "in-memory state", "transient data", "runtime state", "derived views",
        "derived entities", "computed entities", "transient entities", "non-persisted entities", "in-memory models", "client-side state",
        "derived attributes", "computed attributes", "calculated properties", "local state", "application state", "view state", "derived state",
        "derived / computed", "computed / derived", "derived models", "derived data (computed at query time)", "derived (not stored)",
        "non-persistent entities", "runtime entities", "runtime models", "runtime types", "in-memory entities", "in-memory structures",
        "本地状态", "客户端状态", "内存状态", "ローカル状態", "クライアント状態", "redux state", "zustand store", "store state", "state management (frontend)", "session state", "browser storage", "derived concepts",
        "derived structures", "transient models", "ephemeral data", "ephemeral entities", "ephemeral state", "not stored", "not persisted",
        "virtual entities", "derived read models", "派生データ", "計算フィールド", "campos calculados", "datos derivados", "dados derivados",
        "abgeleitete daten", "berechnete felder", "données dérivées", "valeurs calculées", "valeurs dérivées", "champs calculés", "valores calculados", "berechnete werte", "valori calcolati", "派生数据", "计算字段", "excluded", "out of scope", "future", "future tables",
        "future entities", "future considerations", "future enhancements", "future extensions", "future extensibility", "not included",
        "removed", "deprecated", "removed tables", "removed entities", "dropped tables", "removed fields", "dropped columns", "removed columns",
        "deleted entities", "deleted tables", "alternatives considered", "rejected alternatives", "derived queries", "derived metrics",
    ),
    "global": (
        "common fields", "common columns", "shared fields", "base fields", "base model", "base entity", "common attributes", "shared columns",
        "standard fields", "standard columns", "audit fields", "audit columns", "timestamps", "conventions", "global conventions",
        "global rules", "naming conventions", "common patterns", "campos comunes", "campos comuns", "gemeinsame felder", "champs communs",
        "公共字段", "通用字段", "共通カラム", "共通フィールド", "общие поля", "design principles", "schema conventions", "base columns", "mandatory fields",
        "database conventions", "general conventions", "conventions transverses", "conventions générales", "convenciones", "convenções", "konventionen", "约定", "共通規約", "common entity fields", "basemodel", "timestamp fields", "general rules",
    ),
    "before": ("before", "current", "current schema", "old", "old schema", "existing", "previous", "previous schema", "current state",
               "existing schema", "antes", "vorher", "avant", "before (current)", "変更前", "修改前", "was", "legacy", "as is"),
    "after": ("after", "new", "new schema", "updated", "updated schema", "target schema", "target state", "proposed", "después", "depois", "nachher",
              "après", "変更後", "修改后", "proposed schema", "final", "changed", "to be"),
    "description": ("description", "purpose", "summary", "overview", "notes", "note", "storage", "table name", "persistence", "usage",
                    "descripción", "propósito", "descrição", "beschreibung", "zweck", "objectif", "说明", "描述", "説明", "目的", "概要", "описание"),
}  # fmt: skip

# A title with one of these words at its end, or before " of"/" for"/":" speaks about entities and is none.
LAST_WORDS: dict[str, str] = {
    **dict.fromkeys("""rules rule validation validations invariants restrictions regeln reglas regras règles""".split(), "constraints"),
    **dict.fromkeys("constraints uniqueness".split(), "constraints"),
    **dict.fromkeys("relationships relations beziehungen relaciones relacionamentos".split(), "relationships"),
    **dict.fromkeys("indexes indices índices indexing".split(), "indexes"),
    **dict.fromkeys("transitions lifecycle machine states".split(), "states"),
    **dict.fromkeys("queries patterns query".split(), "queries"),
    **dict.fromkeys("policies permissions rls".split(), "policies"),
    **dict.fromkeys("examples example samples".split(), "samples"),
    **dict.fromkeys("dtos dto payloads payload requests responses endpoints endpoint schemas".split(), "transfer"),
    **dict.fromkeys("enums enum enumeration enumerations values types 列挙型 枚举 枚举类型 열거형 перечисление aufzählung".split(), "enums"),
    **dict.fromkeys("entities tables models collections".split(), "entities"),
    **dict.fromkeys("fields columns attributes properties".split(), "attributes"),
    **dict.fromkeys("""parameters params headers flags options shortcuts keybindings dependencies-list overview diagram diagrams strategy strategies considerations decisions requirements notes flow flows mapping
    mappings logic migration migrations security performance scope assumptions references criteria scenarios
    summary guidelines principles design changes architecture configuration setup connection implementation
    usage algorithm calculation calculations behavior behaviour handling integration operations process
    procedure steps stories tests testing questions dependencies limits estimates sizing scaling scalability
    retention backup recovery monitoring naming conventions versioning optimization caching compliance privacy
    checklist glossary changelog history-notes conversions conversion interfaces services hierarchy-diagram
    formats storage-layout cases formulas structure-overview naming triggers functions procedures views script
    scripts rationale approach workflow workflows pipeline appendix context background introduction goals
    objectives risks buckets bucket comparison definition-of-done analysis matrix matrices estimation
    compatibility inheritance strings string semantics impact guarantees roadmap legend conclusion mode modes
    driver provider providers stack technology technologies environment variables alignment traceability""".split(),
        "other",
    ),
}  # fmt: skip

# A title in Chinese or Japanese that ends so speaks about something else.
ABOUT_ENDING = regex(
    r"(?:概要|方針|仕様|手順|注意|取り扱い|について|背景|対応関係|理由|流れ|ポリシー|方法|说明|概述|流程|策略|方案|原则|总结|步骤|规范|建议|约定|须知|"
    r"论证|依据|结果|分析|规划|识别|考虑|优化|注意点|運用)$"
    # A sentence, as of what stands above a list.
    r"|^[^a-z]{4,}[，、；](?=[^a-z]{4})|^[^a-z]{5,}(?:以下|如下|以及|通过|包括|存在|可以|需要|并且?[创进生设]|を|されて?|します)[^a-z]*$"
)

FIRST_WORDS: dict[str, str] = {
    **dict.fromkeys("""how why what when where which who overview introduction summary notes note about migration implementation step
    phase appendix related next see user-story success edge performance considerations database-connection
    ablauf abläufe flujo flujos fluxo fluxos déroulement funktionsweise prozess proceso procesos processo processos
    principios princípios principes grundsätze prinzipien principi
    connection technical functional non-functional out-of-scope storage-strategy backup seed test testing
    data-flow flow deployment security rollback adding removing creating updating using handling ensure enforce""".split(),
        "other",
    ),
    **dict.fromkeys("derived computed calculated runtime-only transient ephemeral in-memory non-persisted non-persistent".split(), "unstored"),
    **dict.fromkeys("validation regras reglas règles regeln regole".split(), "constraints"),
    **dict.fromkeys("example sample".split(), "samples"),
    **dict.fromkeys("enum enumeration allowed supported permitted possible mögliche zulässige erlaubte posibles possíveis".split(), "enums"),
    **dict.fromkeys("campos campi champs felder fields columns attributes".split(), "attributes"),
    **dict.fromkeys("index indexes gsi lsi".split(), "indexes"),
    **dict.fromkeys("estado estados zustand zustände état états".split(), "states"),
    **dict.fromkeys("convenciones convenções konventionen convenzioni".split(), "global"),
}  # fmt: skip

# A title that announces entities and something else besides: `Entities & Schemas`, `Tables and Policies`.
ENTITIES_AND = regex(
    r"(?:(?:core|main|new|domain|data|primary|database|key) )?(?:entit(?:y|ies)|tables|models|collections|entidades|"
    r"tablas|tabelas|entitäten|tabellen|entités|entità|tabelle|encje|varlıklar|实体|数据表|エンティティ|テーブル|сущности|таблицы)"
    r"(?: definitions?)?\s*(?:&|,|/|\+|\b(?:and|with|y|e|und|et|i|ve|и)\b|和|与|と)\s*\w"
)

# `Page State Models`, `UI State (Zustand)`.
STATE_OF_SCREEN = regex(r"(?:page|screen|ui|view|component|form|client|frontend|react) state\b")

# Titles that are no entities and say nothing about data either.
OTHER = frozenset(
    """overview introduction summary notes note purpose scope background goals assumptions dependencies appendix
    references changelog glossary requirements functional-requirements non-functional-requirements user-stories
    success-criteria edge-cases clarifications acceptance-criteria architecture design decisions technology
    storage performance security monitoring backup maintenance scalability migration migrations-strategy
    data-flow data-volume volume capacity sizing testing deployment configuration environment connection
    implementation contents table-of-contents next-steps open-questions questions review-checklist
    constitution-check risks timeline related-documents related-specifications related-specs see-also conclusion
    context motivation rationale remarks footnotes terminology normalization denormalization caching triggers functions views extensions
    partitioning retention data-retention storage-estimates growth encryption compliance privacy audit-trail
    soft-delete soft-deletes multi-tenancy tenancy-isolation data-isolation localization logging
    notes-and-assumptions legend übersicht zusammenfassung hinweise anmerkungen resumen notas visão-geral resumo vue-d'ensemble aperçu-général contexte contexto kontext überblick panorama visión-general descripción-general
    aperçu résumé panoramica 概述 概要 说明 备注 摘要 注意 注意事項 備考 обзор storage-buckets storage-keys key-points
    key-decisions design-decisions design-notes user-scenarios key-design-decisions tech-stack technology-stack
    database-configuration connection-string type-mapping naming-convention document-history revision-history
    status feature input branch date version author created updated spec plan prerequisites implementation-notes
    decisiones-de-diseño decisiones decisiones-técnicas decisões-de-design decisões decisões-de-projeto designentscheidungen
    entwurfsentscheidungen entscheidungen décisions décisions-de-conception choix-de-conception decisioni-di-progettazione
    scelte-progettuali 设计决策 设计说明 设计原则 設計判断 設計方針 設計上の決定 설계-결정 проектные-решения решения
    usage-notes database-connection database-setup data-volumes volume-estimates data-migration
    measurable-outcomes features description nutzungsfälle anwendungsfälle use-cases casos-de-uso cas-d'utilisation
    casi-d'uso przypadki-użycia kullanım-senaryoları ユースケース 用例 akteure actors""".split()
)

# The word by which a title says that it names an entity: `Table: users`, `Task Model`, `用户表`.
MARKERS = (
    "entity", "table", "model", "collection", "aggregate root", "aggregate", "class", "document", "object", "record", "db table", "dataset",
    "entidad", "tabla", "modelo", "entidade", "tabela", "entität", "tabelle", "modell", "entité", "modèle", "entità", "tabella", "relation",
    "实体", "表", "数据表", "模型", "集合", "エンティティ", "テーブル", "モデル", "엔티티", "테이블", "сущность", "таблица", "модель", "interface", "value object",
    "schema", "new table", "new entity", "new model", "database table", "data model", "domain entity", "core entity", "type", "sqlmodel",
    "prisma model", "struct", "structure", "modified table", "modified entity", "updated table", "existing table", "existing entity",
    "changed table", "extended table", "mongodb collection", "firestore collection", "entities", "join table", "junction table",
    "lookup table", "association table", "pivot table", "modified", "new", "added", "existing", "updated", "extended", "changed",
)  # fmt: skip
