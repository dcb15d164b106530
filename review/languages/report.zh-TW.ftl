# 合作夥伴報告（所有格式）。

headline = 報告，{ $day }
headline-partner = { $partner } 的報告，{ $day }
page = { $day } 的報告
page-partner = { $partner }：{ $day } 的報告
policies = 政策
page-digest = 政策 { $version }、摘要 { $digest }；{ $engine }。
nothing-told = 無。
note = 附註：{ $note }
withheld = 未顯示：{ $section }（{ $rule }）
withheld-markdown = 未顯示：{ $section }（`{ $rule }`）。
withheld-page = 不對此讀者顯示：{ $section }（{ $rule }）。
section-summary = 摘要
section-metrics = 計量
section-history = 歷程記錄
section-due = 即將到期
section-people = 人員

## 各節

title-summary = 摘要
title-metrics = 計量
title-history = 歷程記錄
title-due = 即將到期
title-people = 人員
lead-summary = { $awards } 項。
lead-summary-unknown = { $awards } 項，其中 { $unknown } 項的階段未知。
lead-metrics = 當日的值：過去 12 個月的計量取最近 12 個月。下一個週年日的值：以該日的標準看同一要求條件；尚未到來的月份缺少資料，因此是該年度至今的值。
lead-due = 自 { $first } 至 { $last }，假設所提供的內容不變。
lead-people = 逐一排除每位人員，重新判定所持有的與已符合要求條件的項目：共 { $people } 人。
heading-projected = 至下一個週年日的預估（事實中沒有預估）
heading-today = { $title }，{ $day }
heading-anniversary_year = { $title }，至週年日 { $day } 的年度至今
heading-ending = 即將到期的認證

## 欄位標題

head-awards = 可獲得的項目
head-award = 項目
head-stage = 階段
head-number = 數目
head-which = 項目
head-to = 截至
head-known = 已知會發生
head-extrapolated = 假設會延續
head-attained = 獲得的項目
head-on = 獲得日
head-anniversary = 週年日
head-now = 目前
head-until = 期限
head-day = 日期
head-what = 項目
head-happens = 內容
head-why = 原因
head-metric = 計量
head-is = 目前的值
head-needed = 需要
head-short = 尚缺
head-points = 點數
head-not_covered = 未涵蓋
head-person = 人員
head-carries = 獨自符合的要求條件
head-without = 若無此人
head-through = 最後一天
head-ending = 即將到期的認證
head-without_these = 若無這些及先前的認證

## 表格內容

not-told = 未提供
ends = 於 { $day } 終止
nothing-less = 沒有影響
held-as = { $is_held ->
    [true] 以 { $award } 名稱持有
   *[unknown] 可能以 { $award } 名稱持有
}
all-of-it = 全部
csv-anniversary = 週年日 { $day }
fee = { $amount }{ $is_settled ->
    [yes] {""}
   *[no] ，未定
}{ $is_today ->
    [yes] ，若於當日購買
   *[no] {""}
}
choices = 可選擇：{ $what }
choices-through = 可選擇：{ $what }，至 { $day }
not-in-force-today = 規則在 { $day } 未生效
not-in-force-anniversary_year = 規則在週年日 { $day } 未生效

## 未知的部分

gap-history = { $title }：未提供 { $day } 的值
gap-not-known-yet = { $day } 的內容尚未得知
gap-months = { $title }：未提供 { $first } 至 { $last } 的月份
gap-records = { $title }：未提供清單
gap-not-told = { $title }：未提供
gap-not_known = 計劃的數值未知
gap-window_open = { $named } 之後的內容
gap-no_version = { $named } 沒有生效的版本
gap-no_row = 表格 `{ $named }` 沒有生效的列
gap-no_value = 自零或以下起算的成長，或以其為除數，沒有值
gap-no_year = 沒有週年日就沒有週年年度
gap-own_day = 此檢查取決於它自己所決定的週年日
gap-no_day = 本世紀的週年日
gap-month = 月份

## 預估

projected-facts = { $facts }（沿用 { $day } 的值）
projected-certifications = { $count } 項認證在 { $day } 之前到期
projected-gone = { $people } 在 { $day } 前離開
projected-months = { $records }：{ $first } 至 { $last } 與 { $like_first } 至 { $like_last } 相同
projected-roll-out = { $records }：{ $month } 之前的月份不再屬於最近 12 個月
projected-marks = { $day } 的標準，但規則於 { $days } 變更

## 未包含的部分及原因

note-timeline = 未查看所持有項目的變化：需要在 { $days } 天判定 { $rules } 項規則
note-money = 費用與選擇只在有變化的 { $days } 天中的前 { $first } 天判定
note-certifications = 未提供認證（records/certifications）：不知由誰符合各要求條件
note-people = { $people } 人中有 { $left } 人未逐一排除：超出一份報告的判定數目
note-endings = 未查看自 { $day } 起到期的認證所造成的影響：超出一份報告的判定數目
note-too-little = { $count } 項的資料太少：僅列於摘要；指定名稱即可查看其計量
note-events = 不讀取 { $day } 之前的 { $count } 項事件：其結果在登記中；`merit timeline --format json` 可取得其後的登記
note-register = 未提供登記（records/awards）：不知持有哪些項目

## 圖表

chart-stages = 各階段的項目數
chart-metrics = 計量與標準
chart-needed = 需要
