# 判定，以及與變更事實後的判定比較。

decided = { $day }：{ $outcome }
decided-score = { $day }：{ $outcome }，{ $points } / { $out_of } 點，需要 { $needed }
decided-due = { $day }：{ $outcome }，到期日 { $due }
decided-not_in_force = { $day }：{ $outcome }，未施行
options = { $count } 個選項
register = 登記：{ $what }
its-check = { $day } 的檢查：
to-be-chosen = 可選擇期間：{ $first } 至 { $last }
renews-today = 今日選擇時，新的週年日為 { $day }
option = 選項 { $name }
missing = 缺少的資料：
supplied = 提供的 { $name } 為 { $supplied }，紀錄計得 { $reckoned }；採用提供的值
provisional-figures = 依據暫定數字：
assumptions = 依據下列假設：
assumes = 假設：{ $said }
resting-observed = { $seen } 所見，套用於 { $day }
resting-date = 此版本的日期
see-above = 見上方 { $code }
hint-is = 提示：{ $said }
facts-projected = 事實未附預測，因此預測至 { $day }
projected-known = 確定發生：{ $what }
projected-extrapolated = 視為持續：{ $what }

## 登記

register-held = { $is_held ->
    [true] 持有
    [false] 未持有
   *[unknown] 未定
}
held-since = 自 { $day } 起
attained-on = 取得於 { $day }
held-until = 至 { $day } 止
was-held-until = 持有至 { $day } 止
check-if-attained = 若今日取得，檢查日為 { $day }
renewed-today = 若今日續約，新的週年日為 { $day }

## 選項的內容

effect = { $verb ->
    [pay] 支付
    [gives] 給予
    [keeps] 保留
    [loses] 失去
   *[covers] 涵蓋
}：{ $names }
up-to = 上限 { $figure }
effect-not_so = 今日不適用
effect-perhaps = 可能

## 理由

required-that = 要求：{ $what }
required-on-a-day = 要求：{ $first } 至 { $last } 之間任一日 { $what }
required-a-day = 要求：{ $first } 至 { $last } 之間任一日
short-by = 尚差 { $figure }
no-points = 每項計量都必須有點數，但下列沒有：{ $titles }
points-of = { $figure } / { $out_of } 點
when-on = { $day }
when-from = { $first } 至 { $last }
when-since = 自 { $first } 起
also-open = 另有未定的日子 { $days }
groups = 各為：{ $groups }
group-most = { $name } { $said }（上限）
group = { $name } { $said }
groups-more = { $told }，另有 { $count } 個

## 未知的資料

note-months = 沒有 { $first } 至 { $last } 各月的資料
note-lack = { $named } 筆紀錄沒有此項
note-partial = 清單標示為不完整
note-lies_ahead = 此次檢查尚未到來
note-window_open = 期間尚未結束
leads-to = { $value } 則{ $outcome }
hint-unknown = 沒有規則認得{ $what } { $told }
hint-near = 是否為「{ $near }」？
hint-counts = { $count ->
    [one] 在此不計入
   *[other] 在此皆不計入
}

## 差異

what-differs = 差異
as-told = 現況
changed = 變更後
nothing-differs = { $count } 項判定沒有差異
differs-eligibility = 資格
differs-points = 點數
differs-amount = 金額
differs-value = 值
differs-due = 到期日
differs-stage = 階段
differs-window = 期間
differs-register = 登記
differs-held_since = 持有開始
differs-held_until = 持有結束
differs-next_check = 下次檢查
